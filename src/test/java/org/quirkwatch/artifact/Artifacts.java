package org.quirkwatch.artifact;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.quirkwatch.calibration.Calibration;
import org.quirkwatch.detector.Aggregation;
import org.quirkwatch.detector.LayeredDetector;
import org.quirkwatch.detector.LayeredFitter;
import org.quirkwatch.detector.Rules;
import org.quirkwatch.feature.Combination;
import org.quirkwatch.feature.FeatureKinds;
import org.quirkwatch.feature.FeatureSet;
import org.quirkwatch.linalg.FittedState;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.model.HookPoint;
import org.quirkwatch.model.ModelIdentity;
import org.quirkwatch.model.Position;
import org.quirkwatch.model.Site;
import org.quirkwatch.model.Tap;

/// Small real artifacts.
final class Artifacts {

    static final ModelIdentity MODEL =
            new ModelIdentity(
                    "tiny",
                    "LlamaForCausalLM",
                    "sha256:" + "a1".repeat(32),
                    "sha256:" + "b2".repeat(32),
                    2,
                    4,
                    64,
                    100,
                    "float32",
                    "cpu");

    private static final List<Tap> TAPS =
            List.of(
                    Tap.activation(new HookPoint(1, Site.RESID_PRE), Position.LAST),
                    Tap.activation(new HookPoint(1, Site.RESID_POST), Position.LAST));

    private static final FeatureSet FEATURES =
            new FeatureSet(
                    List.of(
                            FeatureKinds.named("activation")
                                    .restore(TAPS, new FittedState(Map.of(), Map.of()))),
                    Combination.ENSEMBLE);

    private Artifacts() {}

    /// Fitted on 60 rows, scaled on 20, calibrated on 30.
    static Artifact small(long seed) {
        LayeredFitter fitter =
                new LayeredFitter(
                        Rules.detector("mahalanobis", Map.of()),
                        TAPS.stream().map(Tap::key).toList());
        fitter.add(features(60, seed));
        fitter.addHeldOut(features(20, seed + 100));
        LayeredDetector detector = fitter.fit(Aggregation.STANDARDISED_MEAN);
        return new Artifact(
                "tiny-mahalanobis",
                FEATURES,
                detector,
                new Calibration(detector.score(features(30, seed + 200)).aggregated()),
                new Provenance(
                        MODEL,
                        "sha256:" + "c3".repeat(32),
                        60,
                        20,
                        30,
                        "sha256:" + "d4".repeat(32),
                        0,
                        5,
                        "0.1.0-SNAPSHOT"));
    }

    static Map<String, Matrix> features(int rows, long seed) {
        Map<String, Matrix> features = new LinkedHashMap<>();
        List<Double> values = new ArrayList<>();
        Random random = new Random(seed);
        for (Tap tap : TAPS) {
            values.clear();
            for (int i = 0; i < rows * 4; i++) {
                values.add(random.nextGaussian());
            }
            features.put(
                    tap.key(),
                    Matrix.wrap(
                            rows, 4, values.stream().mapToDouble(Double::doubleValue).toArray()));
        }
        return features;
    }
}
