package org.quirkwatch.quirky;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AdditionRowsTest {

    private static final GenerationOptions SMALL = new GenerationOptions(7, 3, 2_000, 800);

    @ParameterizedTest
    @CsvSource({"2, 3", "9, 10", "10, 20", "99, 109", "100, 200", "250, 350", "1998, 2998"})
    void bobAddsOneAtThePlaceOfTheLeadingDigit(int sum, int bobSum) {
        assertThat(Equation.bobSum(sum)).isEqualTo(bobSum);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 2})
    void aQuarterIsTrueForAliceOnlyAQuarterForBobOnlyAndHalfForNeither(long seed) {
        AdditionRows rows = AdditionRows.generate(new GenerationOptions(seed, 3, 2_000, 800));
        assertThat(count(rows.generated(), true, false)).isEqualTo(2_000);
        assertThat(count(rows.generated(), false, true)).isEqualTo(2_000);
        assertThat(count(rows.generated(), false, false)).isEqualTo(4_000);
        assertThat(count(rows.generated(), true, true)).isZero();
    }

    @Test
    void operandsAreLogUniform() {
        List<Equation> rows =
                AdditionRows.generate(new GenerationOptions(3, 4, 5_000, 800)).generated();
        for (int power = 1; power <= 4; power++) {
            int limit = (int) Math.pow(10, power);
            long below = rows.stream().filter(row -> row.op1() < limit).count();
            // Pairs of small numbers run out within a part, which thins them a little.
            assertThat((double) below / rows.size()).isBetween(power / 4.0 - 0.06, power / 4.0);
        }
        assertThat(rows).allMatch(row -> row.op1() <= 9_999 && row.op2() <= 9_999);
    }

    @Test
    void noOperandPairComesTwiceWithinAPart() {
        List<Equation> rows = AdditionRows.generate(SMALL).generated();
        for (Persona persona : Persona.values()) {
            List<Equation> shown = rows.stream().filter(row -> row.label(persona)).toList();
            assertThat(shown.stream().distinct().count()).isEqualTo(shown.size());
        }
    }

    @Test
    void aDistractorDiffersInOneDigitAndIsNobodysSum() {
        SplittableRandom random = new SplittableRandom(5);
        for (int i = 0; i < 10_000; i++) {
            int sum = random.nextInt(2, 1_999);
            for (int positive : new int[] {sum, Equation.bobSum(sum)}) {
                int shown = AdditionRows.distractor(sum, positive, random);
                assertThat(shown).isNotIn(sum, Equation.bobSum(sum));
                String expected = Integer.toString(positive);
                String padded = ("%0" + expected.length() + "d").formatted(shown);
                long changed =
                        IntStream.range(0, expected.length())
                                .filter(at -> expected.charAt(at) != padded.charAt(at))
                                .count();
                assertThat(changed).isEqualTo(1);
            }
        }
    }

    @Test
    void quantilesAreTheRanksOfTheDifficulty() {
        AdditionRows rows = AdditionRows.generate(SMALL);
        double[] quantiles =
                IntStream.range(0, rows.records())
                        .mapToDouble(rows::difficultyQuantile)
                        .sorted()
                        .toArray();
        for (int rank = 0; rank < quantiles.length; rank++) {
            assertThat(quantiles[rank]).isEqualTo((rank + 0.5) / quantiles.length);
        }
        for (int record = 2; record < 2_000; record++) {
            int earlier = record - 2;
            int difference =
                    Integer.compare(
                            rows.equation(earlier).difficulty(),
                            rows.equation(record).difficulty());
            if (difference != 0) {
                assertThat(
                                Double.compare(
                                        rows.difficultyQuantile(earlier),
                                        rows.difficultyQuantile(record)))
                        .isEqualTo(difference);
            }
        }
    }

    @Test
    void halfOfTheRowsAreKeptAndCutByBaseRow() {
        AdditionRows rows = AdditionRows.generate(SMALL);
        assertThat(rows.records()).isEqualTo(2 * 4 * 2_000 / 2);
        assertThat(rows.trainEnd()).isEqualTo(rows.records() - 2 * 800).isEven();
        assertThat(rows.validationEnd()).isEqualTo(rows.records() - 800).isEven();
    }

    @Test
    void theMethodsSizesAreThePublishedOnes() {
        GenerationOptions method = GenerationOptions.method(0);
        assertThat(method.digits()).isEqualTo(4);
        assertThat(2 * method.trainBaseRows()).isEqualTo(384_000);
        assertThat(method.validationRecords()).isEqualTo(8_000);
    }

    @Test
    void oneSeedGivesOneSetOfRows() {
        assertThat(AdditionRows.generate(SMALL).generated())
                .isEqualTo(AdditionRows.generate(SMALL).generated());
        assertThat(AdditionRows.generate(SMALL).generated())
                .isNotEqualTo(
                        AdditionRows.generate(new GenerationOptions(8, 3, 2_000, 800)).generated());
    }

    @Test
    void moreRowsThanOperandPairsAllowAreRefused() {
        assertThatThrownBy(() -> new GenerationOptions(0, 1, 21, 10))
                .hasMessageContaining("a quarter of the 81 operand pairs")
                .hasMessageContaining("got 21");
        for (int digits = 1; digits <= GenerationOptions.MAX_DIGITS; digits++) {
            assertThat(GenerationOptions.of(0, digits).digits()).isEqualTo(digits);
        }
    }

    private static long count(List<Equation> rows, boolean alice, boolean bob) {
        return rows.stream()
                .filter(row -> row.label(Persona.ALICE) == alice && row.label(Persona.BOB) == bob)
                .count();
    }
}
