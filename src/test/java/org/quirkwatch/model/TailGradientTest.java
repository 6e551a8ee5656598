package org.quirkwatch.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.model.CaptureSpec.Outputs;
import org.quirkwatch.model.Quantity.Objective;
import org.quirkwatch.signal.Signal;

/// Where the choices are one token each, gradients at the last prompt token are taken through that
/// token alone. They are those of the whole tape.
class TailGradientTest {

    @ParameterizedTest
    @EnumSource(GoldenVariant.class)
    void gradientsOfTheTailAreThoseOfTheWholeTape(GoldenVariant variant) {
        try (HookedModel model = variant.load(Precision.FLOAT64)) {
            List<TokenizedSignal> signals = signals(model);
            for (Objective objective : Objective.values()) {
                List<Tap> gradients = taps(model, Position.LAST, new Quantity.Gradient(objective));
                List<Tap> values = taps(model, Position.LAST, new Quantity.Activation());
                List<Tap> means = taps(model, Position.MEAN_PROMPT, new Quantity.Activation());
                Capture tail =
                        model.run(
                                signals,
                                new CaptureSpec(join(values, gradients, means), Outputs.LABELS));
                // A mean over the prompt is not of its last token, so all of it is on the tape.
                Tap mean =
                        new Tap(
                                new HookPoint(0, Site.RESID_PRE),
                                Position.MEAN_PROMPT,
                                new Quantity.Gradient(objective));
                Capture whole =
                        model.run(
                                signals,
                                new CaptureSpec(
                                        join(values, gradients, means, List.of(mean)),
                                        Outputs.LABELS));
                for (Tap tap : join(values, gradients, means)) {
                    assertThat(largest(tail.get(tap)))
                            .as("%s is not 0", tap)
                            .isGreaterThan(
                                    tap.quantity() instanceof Quantity.Activation ? 0 : 1e-6);
                    GoldenDecoderTest.assertClose(tail.get(tap), whole.get(tap), 1e-10);
                }
                assertThat(tail.labelLogProb())
                        .containsExactly(
                                whole.labelLogProb(),
                                org.assertj.core.api.Assertions.within(1e-10));
                assertThat(tail.labelLogOdds())
                        .containsExactly(
                                whole.labelLogOdds(),
                                org.assertj.core.api.Assertions.within(1e-10));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(GoldenVariant.class)
    void aSignalAloneHasTheGradientThatItHasInABatch(GoldenVariant variant) {
        try (HookedModel model = variant.load(Precision.FLOAT64)) {
            List<TokenizedSignal> signals = signals(model);
            CaptureSpec spec =
                    new CaptureSpec(
                            taps(model, Position.LAST, new Quantity.Gradient(Objective.LOG_ODDS)),
                            Outputs.NONE);
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

    /// Enough positions that the batch is cut into parts which threads take side by side.
    @ParameterizedTest
    @EnumSource(Position.class)
    void partsSideBySideHaveTheGradientsOfSignalsAlone(Position position) {
        try (HookedModel model = GoldenVariant.MISTRAL_WINDOW.load(Precision.FLOAT64)) {
            List<TokenizedSignal> signals = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                signals.addAll(signals(model));
            }
            List<Tap> taps = taps(model, position, new Quantity.Gradient(Objective.LOG_ODDS));
            CaptureSpec spec = new CaptureSpec(taps, Outputs.LABELS);
            assertThat(BatchParts.of(signals, spec, 2).indices()).hasSizeGreaterThan(1);
            for (int round = 0; round < 5; round++) {
                Capture together = model.run(signals, spec);
                for (int i = 0; i < signals.size(); i += 7) {
                    Capture alone = model.run(signals.subList(i, i + 1), spec);
                    for (Tap tap : taps) {
                        GoldenDecoderTest.assertClose(
                                alone.get(tap), together.get(tap).slice(i, i + 1), 1e-10);
                    }
                }
            }
        }
    }

    private static double largest(Matrix matrix) {
        return Arrays.stream(matrix.toArray()).map(Math::abs).max().orElseThrow();
    }

    private static List<Tap> taps(HookedModel model, Position position, Quantity quantity) {
        return IntStream.range(0, model.config().nLayers())
                .boxed()
                .flatMap(layer ->
                        Arrays.stream(Site.values())
                                .map(site ->
                                        new Tap(new HookPoint(layer, site), position, quantity)))
                .toList();
    }

    @SafeVarargs
    @SuppressWarnings("varargs") // Streamed, not stored.
    private static List<Tap> join(List<Tap>... lists) {
        return Stream.of(lists).flatMap(List::stream).toList();
    }

    /// Of mixed lengths, with two or three choices.
    private static List<TokenizedSignal> signals(HookedModel model) {
        RandomGenerator random = new SplittableRandom(5);
        List<TokenizedSignal> signals = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            long[] prompt = random.longs(3 + 2 * i, 0, model.config().dVocab()).toArray();
            List<long[]> choices = new ArrayList<>();
            for (int choice = 0; choice < 2 + i % 2; choice++) {
                choices.add(new long[] {10 + 3 * choice + i});
            }
            Signal signal =
                    new Signal(
                            "s" + i,
                            "prompt",
                            "a",
                            List.of("a", "b", "c").subList(0, choices.size()));
            signals.add(new TokenizedSignal(signal, prompt, choices));
        }
        return signals;
    }
}
