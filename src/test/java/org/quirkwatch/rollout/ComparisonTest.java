package org.quirkwatch.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.quirkwatch.scoring.Disposition;

class ComparisonTest {

    @Test
    void ranksAgreeWhereTheOrderDoesAndEqualValuesShareTheirs() {
        assertThat(Comparison.rankCorrelation(new double[] {1, 2, 3}, new double[] {10, 200, 201}))
                .hasValue(1);
        assertThat(Comparison.rankCorrelation(new double[] {1, 2, 3}, new double[] {3, 2, 1}))
                .hasValue(-1);
        // Ranks 0, 1.5, 1.5, 3 and 0, 1, 2, 3: 4.5 / sqrt(4.5 * 5).
        assertThat(
                        Comparison.rankCorrelation(
                                        new double[] {1, 2, 2, 5}, new double[] {1, 2, 3, 4})
                                .orElseThrow())
                .isCloseTo(4.5 / Math.sqrt(4.5 * 5), within(1e-12));
        assertThat(Comparison.rankCorrelation(new double[] {2, 2}, new double[] {1, 2})).isEmpty();
        assertThat(Comparison.rankCorrelation(new double[0], new double[0])).isEmpty();
    }

    @Test
    void countsEveryPairAndKeepsTheLastDisagreementsOnly() {
        Comparison comparison = new Comparison();
        for (int i = 0; i < 3 * Comparison.MOST_PAIRS; i++) {
            Disposition shadow = i % 2 == 0 ? Disposition.ACCEPT : Disposition.REVIEW;
            comparison.add(
                    new Comparison.Pair(
                            new UUID(0, i),
                            Instant.EPOCH,
                            "s" + i,
                            "default",
                            new Comparison.Side(Disposition.ACCEPT, 1, 1.0 / (i + 1)),
                            new Comparison.Side(shadow, 1, 1.0 / (i + 2))));
        }
        Comparison.Summary summary = comparison.summary();
        assertThat(summary.judged()).isEqualTo(3 * Comparison.MOST_PAIRS);
        assertThat(summary.cells())
                .containsExactlyInAnyOrder(
                        new Comparison.Cell(Disposition.ACCEPT, Disposition.ACCEPT, 3_000),
                        new Comparison.Cell(Disposition.ACCEPT, Disposition.REVIEW, 3_000));
        assertThat(summary.pairs()).isEqualTo(Comparison.MOST_PAIRS);
        assertThat(summary.rankCorrelation().orElseThrow()).isCloseTo(1, within(1e-12));
        assertThat(summary.disagreements()).hasSize(Comparison.MOST_DISAGREEMENTS);
        assertThat(summary.disagreements().getFirst().signalId()).isEqualTo("s5999");
    }
}
