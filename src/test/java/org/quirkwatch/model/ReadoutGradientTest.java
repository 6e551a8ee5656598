package org.quirkwatch.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.model.CaptureSpec.Outputs;
import org.quirkwatch.model.Quantity.Objective;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.signal.Signal;

class ReadoutGradientTest {

    /// By the chain rule: read out by the answer's own gradient at a block, a site before it has
    /// the answer's gradient, as the answer depends on the last token's states before the block
    /// through that one state alone.
    @ParameterizedTest
    @EnumSource(GoldenVariant.class)
    void readOutByTheGradientOfTheAnswerASiteHasTheGradientOfTheAnswer(GoldenVariant variant) {
        try (HookedModel model = variant.load(Precision.FLOAT64)) {
            for (TokenizedSignal signal : signals(model).subList(0, 3)) {
                Map<Integer, Matrix> readouts = new HashMap<>();
                for (int block = 1; block < model.config().nLayers(); block++) {
                    Tap tap = answer(new HookPoint(block, Site.RESID_PRE));
                    readouts.put(block, run(model, signal, List.of(tap), Map.of()).get(tap));
                }
                List<Tap> read = readoutTaps(model);
                List<Tap> answers =
                        read.stream().map(tap -> answer(tap.point())).distinct().toList();
                List<Tap> all = new ArrayList<>(answers);
                // In any order and beside the answer's own.
                all.addAll(read.reversed());
                Capture together = run(model, signal, all, readouts);
                Capture alone = run(model, signal, answers, Map.of());
                for (Tap tap : read) {
                    Matrix expected = alone.get(answer(tap.point()));
                    assertThat(largest(expected)).isGreaterThan(1e-6);
                    GoldenDecoderTest.assertClose(together.get(tap), expected, 1e-10);
                }
                for (Tap tap : answers) {
                    GoldenDecoderTest.assertClose(together.get(tap), alone.get(tap), 1e-10);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(GoldenVariant.class)
    void aSignalAloneHasTheGradientThatItHasInABatch(GoldenVariant variant) {
        try (HookedModel model = variant.load(Precision.FLOAT64)) {
            List<TokenizedSignal> signals = signals(model);
            CaptureSpec spec = new CaptureSpec(readoutTaps(model), Outputs.NONE, random(model));
            Capture together = model.run(signals, spec);
            for (int i = 0; i < signals.size(); i++) {
                Capture alone = model.run(signals.subList(i, i + 1), spec);
                for (Tap tap : spec.taps()) {
                    GoldenDecoderTest.assertClose(
                            alone.get(tap), together.get(tap).slice(i, i + 1), 1e-10);
                }
            }
        }
    }

    @Test
    void whatLeavesTheBlockBeforeHasTheReadOutItselfAsItsGradient() {
        try (HookedModel model = GoldenVariant.LLAMA_GQA.load(Precision.FLOAT64)) {
            Tap tap = readout(new HookPoint(1, Site.RESID_POST), 2);
            Map<Integer, Matrix> readouts = random(model);
            Capture capture =
                    model.run(
                            signals(model), new CaptureSpec(List.of(tap), Outputs.NONE, readouts));
            for (int i = 0; i < signals(model).size(); i++) {
                assertThat(capture.get(tap).row(i))
                        .isEqualTo(Objects.requireNonNull(readouts.get(2)).row(0));
            }
        }
    }

    @Test
    void whatCannotBeReadOutIsRefused() {
        try (HookedModel model = GoldenVariant.LLAMA_GQA.load(Precision.FLOAT64)) {
            Map<Integer, Matrix> readouts = random(model);
            HookPoint point = new HookPoint(1, Site.ATTN_Z);
            for (Tap tap :
                    List.of(
                            readout(point, 1),
                            readout(point, 7),
                            new Tap(
                                    point,
                                    Position.MEAN_PROMPT,
                                    new Quantity.ReadoutGradient(2)))) {
                assertThatThrownBy(() -> new CaptureSpec(List.of(tap), Outputs.NONE, readouts))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("the read-out of block");
            }
            CaptureSpec spec = new CaptureSpec(List.of(readout(point, 2)), Outputs.NONE, readouts);
            TokenizedSignal longer =
                    new TokenizedSignal(
                            new Signal("s", "prompt", "a", List.of("a", "b")),
                            new long[] {1, 2, 3},
                            List.of(new long[] {4, 5}, new long[] {6}));
            assertThatThrownBy(() -> model.run(List.of(longer), spec))
                    .isInstanceOf(Problem.class)
                    .hasMessageContaining("choices of one token");
        }
    }

    private static List<Tap> readoutTaps(HookedModel model) {
        List<Tap> taps = new ArrayList<>();
        for (int block = 1; block < model.config().nLayers(); block++) {
            for (int layer = 0; layer < block; layer++) {
                for (Site site : Site.values()) {
                    taps.add(readout(new HookPoint(layer, site), block));
                }
            }
        }
        return taps;
    }

    private static Tap readout(HookPoint point, int block) {
        return new Tap(point, Position.LAST, new Quantity.ReadoutGradient(block));
    }

    private static Tap answer(HookPoint point) {
        return new Tap(point, Position.LAST, new Quantity.Gradient(Objective.LOG_ODDS));
    }

    private static Map<Integer, Matrix> random(HookedModel model) {
        int width = model.config().dModel();
        Map<Integer, Matrix> readouts = new HashMap<>();
        for (int block = 1; block < model.config().nLayers(); block++) {
            readouts.put(
                    block,
                    Matrix.wrap(
                            1, width, new SplittableRandom(block).doubles(width, -1, 1).toArray()));
        }
        return readouts;
    }

    private static Capture run(
            HookedModel model,
            TokenizedSignal signal,
            List<Tap> taps,
            Map<Integer, Matrix> readouts) {
        return model.run(List.of(signal), new CaptureSpec(taps, Outputs.LABELS, readouts));
    }

    private static double largest(Matrix matrix) {
        return Arrays.stream(matrix.toArray()).map(Math::abs).max().orElseThrow();
    }

    /// Of mixed lengths.
    private static List<TokenizedSignal> signals(HookedModel model) {
        RandomGenerator random = new SplittableRandom(9);
        List<TokenizedSignal> signals = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            signals.add(
                    new TokenizedSignal(
                            new Signal("s" + i, "prompt", "a", List.of("a", "b")),
                            random.longs(3 + 2 * i, 0, model.config().dVocab()).toArray(),
                            List.of(new long[] {10 + i}, new long[] {30 + i})));
        }
        return signals;
    }
}
