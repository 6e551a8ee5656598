package org.quirkwatch.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.quirkwatch.model.CaptureSpec.Outputs;

/// The last block that runs computes only the positions that anything looks at. A mean over the
/// prompt looks at all of them, so a pass that takes one beside the rest is held against the pass
/// without it.
class KeptPositionsTest {

    private static final double TOLERANCE = 1e-5;

    @ParameterizedTest
    @EnumSource
    void aPassOfFewPositionsGivesWhatThatOfAllGives(GoldenVariant variant) {
        try (HookedModel model = variant.load(Precision.FLOAT32)) {
            List<TokenizedSignal> signals = GoldenVariant.tokens(model);
            for (int layer = 0; layer < model.config().nLayers(); layer++) {
                compare(model, signals, layer, Outputs.NONE);
            }
            int last = model.config().nLayers() - 1;
            compare(model, signals, last, Outputs.LABELS);
            compare(model, signals, last, Outputs.logits(Position.LAST));
            compare(model, signals, last, Outputs.logits(Position.LABEL));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aSignalAloneGivesWhatItGivesInABatch(GoldenVariant variant) {
        try (HookedModel model = variant.load(Precision.FLOAT32)) {
            List<TokenizedSignal> signals = GoldenVariant.tokens(model);
            CaptureSpec spec = new CaptureSpec(taps(model.config().nLayers() - 1), Outputs.LABELS);
            Capture batch = model.run(signals, spec);
            for (int i = 0; i < signals.size(); i++) {
                Capture alone = model.run(List.of(signals.get(i)), spec);
                for (Tap tap : spec.taps()) {
                    GoldenDecoderTest.assertClose(
                            alone.get(tap), batch.get(tap).slice(i, i + 1), TOLERANCE);
                }
                assertThat(alone.labelLogProb()[0])
                        .isCloseTo(batch.labelLogProb()[i], Offset.offset(TOLERANCE));
            }
        }
    }

    private static void compare(
            HookedModel model, List<TokenizedSignal> signals, int layer, Outputs outputs) {
        List<Tap> few = taps(layer);
        List<Tap> all = new ArrayList<>(few);
        all.add(Tap.activation(new HookPoint(layer, Site.RESID_POST), Position.MEAN_PROMPT));
        Capture ofFew = model.run(signals, new CaptureSpec(few, outputs));
        Capture ofAll = model.run(signals, new CaptureSpec(all, outputs));
        for (Tap tap : few) {
            GoldenDecoderTest.assertClose(ofFew.get(tap), ofAll.get(tap), TOLERANCE);
        }
        assertThat(ofFew.labelLogProb())
                .containsExactly(ofAll.labelLogProb(), Offset.offset(TOLERANCE));
        assertThat(ofFew.labelLogOdds())
                .containsExactly(ofAll.labelLogOdds(), Offset.offset(TOLERANCE));
        ofFew.logits()
                .ifPresent(logits ->
                        GoldenDecoderTest.assertClose(
                                logits, ofAll.logits().orElseThrow(), TOLERANCE));
    }

    /// Every site of a block, at the last token of the prompt and of the label.
    private static List<Tap> taps(int layer) {
        List<Tap> taps = new ArrayList<>();
        for (Site site : Site.values()) {
            taps.add(Tap.activation(new HookPoint(layer, site), Position.LAST));
            taps.add(Tap.activation(new HookPoint(layer, site), Position.LABEL));
        }
        return taps;
    }
}
