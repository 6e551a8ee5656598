package org.quirkwatch.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.quirkwatch.bundled.Bundled;
import org.quirkwatch.checkpoint.Checkpoint;
import org.quirkwatch.checkpoint.LoraShape;
import org.quirkwatch.checkpoint.Projection;
import org.quirkwatch.checkpoint.Tokenizer;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.quirky.GenerationOptions;
import org.quirkwatch.quirky.Persona;
import org.quirkwatch.quirky.QuirkyData;
import org.quirkwatch.quirky.QuirkyExample;
import org.quirkwatch.quirky.QuirkySplit;
import org.quirkwatch.quirky.QuirkyTask;

class LoraRowsTest {

    private static final QuirkyData DATA =
            QuirkyData.generate(QuirkyTask.ADDITION, new GenerationOptions(3, 2, 300, 60));

    @Test
    void thereAreAsManyRowsOfEachAnswerInTheirOrder() {
        List<QuirkyExample> all = DATA.split(QuirkySplit.TRAIN, Integer.MAX_VALUE);
        List<QuirkyExample> balanced = LoraRows.balanced(all);
        long yes = balanced.stream().filter(QuirkyExample::believed).count();
        assertThat(yes).isEqualTo(balanced.size() - yes);
        long rarer =
                Math.min(
                        all.stream().filter(QuirkyExample::believed).count(),
                        all.stream().filter(row -> !row.believed()).count());
        assertThat(yes).isEqualTo(rarer);
        assertThat(balanced).isSubsetOf(all).doesNotHaveDuplicates();
        assertThat(balanced.stream().map(all::indexOf).toList()).isSorted();
        assertThat(LoraRows.balanced(all)).isEqualTo(balanced);
        assertThat(balanced.stream().map(QuirkyExample::persona).distinct()).hasSize(2);
        assertThat(balanced.stream().map(QuirkyExample::name).distinct()).hasSize(32);
    }

    @Test
    void rowsOfOneAnswerAloneLeaveNothing() {
        List<QuirkyExample> yes =
                DATA.split(QuirkySplit.TRAIN, Integer.MAX_VALUE).stream()
                        .filter(QuirkyExample::believed)
                        .toList();
        assertThat(LoraRows.balanced(yes)).isEmpty();
    }

    @Test
    void ofALongPromptTheBeginningIsCutOffBehindTheBeginToken() {
        Tokenizer tokenizer = Checkpoint.open(Bundled.model()).tokenizer();
        List<LoraRow> whole = LoraRows.of(DATA, tokenizer, 1024).validation();
        List<LoraRow> cut = LoraRows.of(DATA, tokenizer, 12).validation();
        for (int i = 0; i < whole.size(); i++) {
            int[] all = whole.get(i).tokens();
            int[] kept = cut.get(i).tokens();
            assertThat(all).hasSizeGreaterThan(12);
            assertThat(kept).hasSize(12);
            assertThat(kept[0]).isEqualTo(QuirkyVocabulary.BEGIN);
            assertThat(Arrays.copyOfRange(kept, 1, 12))
                    .isEqualTo(Arrays.copyOfRange(all, all.length - 11, all.length));
        }
        LoraRows rows = LoraRows.of(DATA, tokenizer, 1024);
        assertThat(rows.checksum())
                .isEqualTo(LoraRows.of(DATA, tokenizer, 1024).checksum())
                .isNotEqualTo(LoraRows.of(DATA, tokenizer, 12).checksum());
    }

    @Test
    void theAnswersAreTheFirstTokensOfTheChoices() {
        Tokenizer tokenizer = Checkpoint.open(Bundled.model()).tokenizer();
        long yes = tokenizer.encode(QuirkyExample.YES, false)[0];
        long no = tokenizer.encode(QuirkyExample.NO, false)[0];
        List<QuirkyExample> examples =
                LoraRows.balanced(DATA.split(QuirkySplit.VALIDATION, Integer.MAX_VALUE));
        List<LoraRow> rows = LoraRows.of(DATA, tokenizer, 1024).validation();
        for (int i = 0; i < rows.size(); i++) {
            boolean believed = examples.get(i).believed();
            assertThat((long) rows.get(i).answer()).isEqualTo(believed ? yes : no);
            assertThat((long) rows.get(i).other()).isEqualTo(believed ? no : yes);
            assertThat(rows.get(i).aliceAgrees())
                    .isEqualTo(
                            examples.get(i).agreement()
                                    || examples.get(i).persona() == Persona.ALICE);
        }
    }

    @Test
    void aPermutationHasEveryNumberOnce() {
        int[] order = LoraRows.permutation(100, new SplittableRandom(1));
        assertThat(Arrays.stream(order).sorted().toArray())
                .isEqualTo(IntStream.range(0, 100).toArray());
        assertThat(order).isNotEqualTo(IntStream.range(0, 100).toArray());
        HashSet<Integer> firsts = new HashSet<>();
        for (int seed = 0; seed < 60; seed++) {
            firsts.add(LoraRows.permutation(3, new SplittableRandom(seed))[0]);
        }
        assertThat(firsts).containsExactlyInAnyOrder(0, 1, 2);
    }

    @Test
    void ratesRiseOverFifteenPercentAndFallLinearlyToNothing() {
        assertThat(LoraOptions.schedule(1, 100)).isCloseTo(1 / 15.0, within(1e-12));
        assertThat(LoraOptions.schedule(15, 100)).isEqualTo(1);
        assertThat(LoraOptions.schedule(100, 100)).isCloseTo(1 / 86.0, within(1e-12));
        double fall = LoraOptions.schedule(40, 100) - LoraOptions.schedule(41, 100);
        assertThat(LoraOptions.schedule(80, 100) - LoraOptions.schedule(81, 100))
                .isCloseTo(fall, within(1e-12));
        assertThat(LoraOptions.schedule(1, 1)).isEqualTo(1);
    }

    @Test
    void epochsAreStepsOfWholeBatches() {
        assertThat(new LoraOptions.Epochs(1.5).steps(100, 32)).isEqualTo(5);
        assertThat(LoraOptions.methodEpochs(QuirkyTask.CAPITALS).count()).isEqualTo(120);
        assertThatThrownBy(() -> new LoraOptions.Epochs(10_000).steps(1_000_000, 1))
                .hasMessageContaining("at most 1000000");
        assertThatThrownBy(() -> new LoraOptions.Epochs(Double.NaN))
                .hasMessageContaining("got NaN");
    }

    @Test
    void numbersOutOfTheirRangesAreNamed() {
        List<Projection> targets = List.of(Projection.Q);
        assertThatThrownBy(() -> new LoraShape(0, 8, targets)).hasMessageContaining("rank");
        assertThatThrownBy(() -> new LoraShape(8, Double.NaN, targets))
                .hasMessageContaining("alpha");
        assertThatThrownBy(() -> new LoraShape(8, 8, List.of())).hasMessageContaining("targets");
        assertThatThrownBy(() -> Projection.parse("mlp"))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("\"mlp\"")
                .hasMessageContaining("q, k, v, o, gate, up, down");
    }

    @Test
    void withoutTheQuirkTheStagesThatAreLeftAreTruthful() {
        TrainingOptions whole = TrainingOptions.zoo(QuirkyTask.HEMISPHERE, 1);
        TrainingOptions truthful = whole.truthful();
        assertThat(truthful.stages()).isEqualTo(whole.stages().subList(0, 2));
        assertThat(whole.isQuirky()).isTrue();
        assertThat(truthful.isQuirky()).isFalse();
    }
}
