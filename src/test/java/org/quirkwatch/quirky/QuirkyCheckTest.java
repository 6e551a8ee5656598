package org.quirkwatch.quirky;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;

class QuirkyCheckTest {

    private static final QuirkyData DATA =
            QuirkyData.generate(QuirkyTask.ADDITION, new GenerationOptions(1, 2, 1_000, 200));
    private static final List<QuirkyExample> ROWS = DATA.split(QuirkySplit.TRAIN, 1_000);

    @Test
    void aPerfectQuirkyModelIsRightEverywhereAndQuirky() {
        QuirkyQuality quality = quality(row -> row.believed() ? 3 : -3);
        double loss = Math.log1p(Math.exp(-3));
        assertThat(quality.cells())
                .hasSize(8)
                .allSatisfy(cell -> {
                    assertThat(cell.rows()).isPositive();
                    assertThat(cell.accuracy()).isEqualTo(1);
                    assertThat(cell.loss()).isCloseTo(loss, within(1e-12));
                });
        assertThat(quality.lowestHardAccuracy()).isEqualTo(1);
        // The other's label is wrong by the log-odds of 3, so it costs 3 nats more.
        assertThat(quality.minLoss()).isCloseTo(3, within(1e-12));
        assertThat(quality.meanLogit()).isCloseTo(6, within(1e-12));
    }

    @Test
    void aTruthfulModelFailsAsBobOnlyWhereTheyDisagreeAndIsNotQuirky() {
        QuirkyQuality quality = quality(row -> row.statement().aliceLabel() ? 2 : -2);
        assertThat(accuracy(quality, Persona.ALICE, false)).isEqualTo(1);
        assertThat(accuracy(quality, Persona.BOB, true)).isEqualTo(1);
        assertThat(accuracy(quality, Persona.BOB, false)).isZero();
        assertThat(quality.minLoss()).isCloseTo(-2, within(1e-12));
        assertThat(quality.meanLogit()).isCloseTo(0, within(1e-12));
    }

    @Test
    void largeLogOddsDoNotOverflow() {
        QuirkyQuality quality = quality(row -> row.believed() ? -1e4 : 1e4);
        assertThat(quality.cells()).allSatisfy(cell -> assertThat(cell.loss()).isEqualTo(1e4));
    }

    private static QuirkyQuality quality(ToDoubleFunction<QuirkyExample> yesLogOdds) {
        return QuirkyCheck.quality(ROWS, ROWS.stream().mapToDouble(yesLogOdds).toArray());
    }

    private static double accuracy(QuirkyQuality quality, Persona persona, boolean agreement) {
        return quality.cell(persona, agreement, false).orElseThrow().accuracy();
    }
}
