package org.quirkwatch.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.quirkwatch.model.CaptureSpec.Outputs;
import org.quirkwatch.signal.Signal;

class BatchPartsTest {

    private static final double TOLERANCE = 1e-5;
    private static final CaptureSpec SPEC =
            new CaptureSpec(
                    List.of(Tap.activation(new HookPoint(0, Site.RESID_POST), Position.LAST)),
                    Outputs.LABELS);

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 64, 300})
    void everySignalStandsOnceAndPartsAscendInLength(int size) {
        List<TokenizedSignal> batch = new ArrayList<>();
        Random random = new Random(size);
        for (int i = 0; i < size; i++) {
            batch.add(signal(random.nextInt(1, 200)));
        }
        List<List<Integer>> parts = BatchParts.of(batch, SPEC, 2).indices();

        assertThat(parts).doesNotContain(List.of());
        assertThat(parts.stream().flatMap(List::stream).sorted())
                .containsExactlyElementsOf(IntStream.range(0, size).boxed().toList());
        assertThat(parts.stream().flatMap(List::stream).map(i -> -batch.get(i).prompt().length))
                .isSorted();
    }

    @Test
    void thereAreAsManyPartsAsThreadsOrSeveralTimesAsMany() {
        assertThat(parts(1, 4)).isEqualTo(1);
        assertThat(parts(8, 4)).isEqualTo(1);
        assertThat(parts(16, 4)).isEqualTo(3);
        assertThat(parts(32, 4)).isEqualTo(4);
        assertThat(parts(64, 2)).isEqualTo(4);
        assertThat(parts(64, 1)).isEqualTo(4);
    }

    private static int parts(int signals, int threads) {
        return BatchParts.of(Collections.nCopies(signals, signal(37)), SPEC, threads)
                .indices()
                .size();
    }

    @Test
    void aBatchInPartsGivesEachSignalWhatItGivesAlone() {
        try (HookedModel model = GoldenVariant.LLAMA_GQA.load(Precision.FLOAT32)) {
            List<TokenizedSignal> signals = GoldenVariant.tokens(model);
            List<TokenizedSignal> batch = new ArrayList<>();
            for (int i = 0; i < 400; i++) {
                batch.addAll(signals);
            }
            Collections.shuffle(batch, new Random(3));
            CaptureSpec spec = new CaptureSpec(SPEC.taps(), Outputs.logits(Position.LABEL));
            Tap tap = spec.taps().getFirst();
            assertThat(BatchParts.of(batch, spec, 2).indices()).hasSizeGreaterThan(2);

            Capture together = model.run(batch, spec);
            for (TokenizedSignal signal : signals) {
                Capture alone = model.run(List.of(signal), spec);
                int i = batch.lastIndexOf(signal);
                GoldenDecoderTest.assertClose(
                        together.get(tap).slice(i, i + 1), alone.get(tap), TOLERANCE);
                GoldenDecoderTest.assertClose(
                        together.logits().orElseThrow().slice(i, i + 1),
                        alone.logits().orElseThrow(),
                        TOLERANCE);
                assertThat(together.labelLogProb()[i])
                        .isCloseTo(alone.labelLogProb()[0], Offset.offset(TOLERANCE));
                assertThat(together.labelLogOdds()[i])
                        .isCloseTo(alone.labelLogOdds()[0], Offset.offset(TOLERANCE));
            }
        }
    }

    private static TokenizedSignal signal(int tokens) {
        return new TokenizedSignal(
                new Signal("s-1", "prompt", "label", List.of()),
                new long[tokens],
                List.of(new long[1]));
    }
}
