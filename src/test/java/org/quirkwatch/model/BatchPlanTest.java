package org.quirkwatch.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.quirkwatch.model.CaptureSpec.Outputs;
import org.quirkwatch.signal.Signal;
import org.quirkwatch.torch.ComputeDevice;
import org.quirkwatch.torch.Scope;

class BatchPlanTest {

    private static final HookPoint POINT = new HookPoint(0, Site.RESID_PRE);
    private static final CaptureSpec PROMPT =
            new CaptureSpec(List.of(Tap.activation(POINT, Position.LAST)), Outputs.NONE);
    private static final CaptureSpec LABEL =
            new CaptureSpec(List.of(Tap.activation(POINT, Position.MEAN_LABEL)), Outputs.NONE);
    private static final CaptureSpec SCORED = new CaptureSpec(List.of(), Outputs.LABELS);
    private static final CaptureSpec LABEL_AND_SCORED =
            new CaptureSpec(LABEL.taps(), Outputs.LABELS);
    private static final CaptureSpec GRADIENT =
            new CaptureSpec(
                    List.of(
                            new Tap(
                                    POINT,
                                    Position.LAST,
                                    new Quantity.Gradient(Quantity.Objective.LOG_ODDS))),
                    Outputs.NONE);

    static Stream<CaptureSpec> specs() {
        return Stream.of(PROMPT, LABEL, SCORED, LABEL_AND_SCORED, GRADIENT);
    }

    @ParameterizedTest
    @MethodSource("specs")
    void everyBatchKeepsTheBoundsUnlessOneSignalAloneExceedsThem(CaptureSpec spec) {
        List<TokenizedSignal> signals = signals(300);
        List<List<Integer>> plan = BatchPlan.of(signals, spec, new BatchBounds(16, 100));

        assertThat(plan.stream().flatMap(List::stream).sorted())
                .containsExactlyElementsOf(IntStream.range(0, 300).boxed().toList());
        for (List<Integer> batch : plan) {
            List<TokenizedSignal> rows = batch.stream().map(signals::get).toList();
            assertThat(batch.size()).isBetween(1, 16);
            assertThat(batch.size() == 1 || BatchPlan.paddedTokens(rows, spec) <= 100).isTrue();
        }
        assertThat(plan).anyMatch(batch -> batch.size() > 1);
    }

    @ParameterizedTest
    @MethodSource("specs")
    void aBatchCostsTheTokensThatTheDecoderIsGiven(CaptureSpec spec) {
        List<TokenizedSignal> signals = signals(200);
        for (List<Integer> batch : BatchPlan.of(signals, spec, new BatchBounds(7, 500))) {
            List<TokenizedSignal> rows = batch.stream().map(signals::get).toList();
            try (Scope scope = Scope.open(ComputeDevice.CPU)) {
                long[] shape = new DecoderBatch(rows, spec).tokens(scope).shape();
                assertThat(BatchPlan.paddedTokens(rows, spec)).isEqualTo(shape[0] * shape[1]);
            }
        }
    }

    @Test
    void aRowOfItsOwnIsCountedForALongerOtherChoiceOnlyWhereLabelsAreScored() {
        List<TokenizedSignal> signal = List.of(signal(10, 4, 1, 6, 2));

        // The prompt's 10 tokens; with the label 14; three rows of 10 + 6 - 1.
        assertThat(BatchPlan.paddedTokens(signal, PROMPT)).isEqualTo(10);
        assertThat(BatchPlan.paddedTokens(signal, LABEL)).isEqualTo(14);
        assertThat(BatchPlan.paddedTokens(signal, SCORED)).isEqualTo(45);
        assertThat(BatchPlan.paddedTokens(signal, GRADIENT)).isEqualTo(45);
        assertThat(BatchPlan.paddedTokens(signal, LABEL_AND_SCORED)).isEqualTo(45);
    }

    @Test
    void signalsOfSimilarLengthStandTogether() {
        List<TokenizedSignal> signals = List.of(signal(50), signal(3), signal(51), signal(2));

        assertThat(BatchPlan.of(signals, PROMPT, new BatchBounds(2, 1000)))
                .containsExactly(List.of(3, 1), List.of(0, 2));
        assertThat(BatchPlan.of(List.of(), PROMPT, BatchBounds.DEFAULT)).isEmpty();
    }

    @Test
    void boundsOfNothingAreRefused() {
        assertThatThrownBy(() -> new BatchBounds(0, 10))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a batch must hold 1 signal and 1 token or more, got 0 and 10");
    }

    /// Of 1 to 150 tokens, with 1 to 4 choices of 1 to 9.
    private static List<TokenizedSignal> signals(int count) {
        SplittableRandom random = new SplittableRandom(5);
        List<TokenizedSignal> signals = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int[] choices = random.ints(random.nextInt(1, 5), 1, 10).toArray();
            signals.add(signal(1 + (i * 37) % 150, choices));
        }
        return signals;
    }

    /// @param choices their lengths, the label's first
    private static TokenizedSignal signal(int prompt, int... choices) {
        return new TokenizedSignal(
                new Signal("s", "p", null, List.of()),
                new long[prompt],
                Arrays.stream(choices).mapToObj(long[]::new).toList());
    }
}
