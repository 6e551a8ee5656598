package org.quirkwatch.model;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.model.CaptureSpec.Outputs;

/// Prints how far the decoder lies from transformers on checkpoints of any sizes. Not among the
/// tests that run by themselves:
///
/// ```
/// python src/test/python/golden_decoder.py --sizes other --output DIR
/// ./mvnw test -Dtest=GoldenReport -Dquirkwatch.golden=DIR
/// ```
class GoldenReport {

    @ParameterizedTest
    @EnumSource
    void print(GoldenVariant variant) {
        print(variant, Precision.FLOAT32);
        if (variant == GoldenVariant.LLAMA_BFLOAT16) {
            print(variant, Precision.BFLOAT16);
        }
    }

    private static void print(GoldenVariant variant, Precision precision) {
        try (HookedModel model = variant.load(precision)) {
            List<Tap> taps = GoldenDecoderTest.allTaps(model);
            Capture capture =
                    model.run(
                            GoldenVariant.tokens(model),
                            new CaptureSpec(taps, Outputs.logits(Position.LAST)));
            double absolute = 0;
            double relative = 0;
            for (Tap tap : taps) {
                Matrix golden = variant.golden(GoldenDecoderTest.goldenName(tap));
                absolute = Math.max(absolute, largestDifference(capture.get(tap), golden));
                relative =
                        Math.max(
                                relative,
                                GoldenDecoderTest.relativeError(capture.get(tap), golden));
            }
            Matrix logits = capture.logits().orElseThrow();
            System.out.printf(
                    "| %s | %s | %d x %d | %d taps | %.1e | %.1e | %.1e |%n",
                    variant,
                    precision.text(),
                    model.config().nLayers(),
                    model.config().dModel(),
                    taps.size(),
                    absolute,
                    relative,
                    largestDifference(logits, variant.golden("logits")));
        }
    }

    private static double largestDifference(Matrix actual, Matrix expected) {
        double[] x = actual.toArray();
        double[] y = expected.toArray();
        double largest = 0;
        for (int i = 0; i < x.length; i++) {
            largest = Math.max(largest, Math.abs(x[i] - y[i]));
        }
        return largest;
    }
}
