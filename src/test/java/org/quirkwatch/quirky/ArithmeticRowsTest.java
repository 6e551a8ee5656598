package org.quirkwatch.quirky;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ArithmeticRowsTest {

    private static final GenerationOptions SMALL = new GenerationOptions(7, 3, 2_000, 800);

    @ParameterizedTest
    @CsvSource({
        "ADDITION, 1, 2, 3, 4",
        "ADDITION, 49, 50, 99, 109",
        "ADDITION, 125, 125, 250, 350",
        "ADDITION, 999, 999, 1998, 2998",
        "SUBTRACTION, 5, 50, -45, -35",
        "SUBTRACTION, 1, 8, -7, -6",
        "SUBTRACTION, 8, 8, 0, 1",
        "SUBTRACTION, 300, 50, 250, 350",
        "MULTIPLICATION, 99, 99, 9801, 10801",
        "MODULAR_ADDITION, 60, 60, 7, 8",
        "MODULAR_ADDITION, 100, 12, 112, 99",
        "MODULAR_ADDITION, 9999, 9999, 110, 97",
        "SQUARING, 99999, 0, 9999800001, 10999800001"
    })
    void bobAddsOneAtThePlaceOfTheLeadingDigit(
            Arithmetic arithmetic, long op1, long op2, long result, long bobs) {
        assertThat(arithmetic.result(op1, op2)).isEqualTo(result);
        assertThat(arithmetic.bobs(result)).isEqualTo(bobs);
        assertThat(arithmetic.believed(Persona.ALICE, op1, op2)).isEqualTo(result);
        assertThat(arithmetic.believed(Persona.BOB, op1, op2)).isEqualTo(bobs);
    }

    @ParameterizedTest
    @EnumSource
    void aQuarterIsTrueForAliceOnlyAQuarterForBobOnlyAndHalfForNeither(Arithmetic arithmetic) {
        for (long seed = 0; seed < 3; seed++) {
            List<Statement> rows = generated(arithmetic, new GenerationOptions(seed, 3, 500, 200));
            assertThat(count(rows, true, false)).isEqualTo(500);
            assertThat(count(rows, false, true)).isEqualTo(500);
            assertThat(count(rows, false, false)).isEqualTo(1_000);
            assertThat(count(rows, true, true)).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aLabelIsWhatThePersonaCalculates(Arithmetic arithmetic) {
        for (Statement row : generated(arithmetic, new GenerationOptions(5, 3, 500, 200))) {
            long result = Long.parseLong(row.arguments().get("result"));
            for (Persona persona : Persona.values()) {
                assertThat(row.label(persona))
                        .isEqualTo(result == arithmetic.believed(persona, row));
            }
            assertThat(row.arguments().keySet()).containsExactlyElementsOf(arithmetic.arguments());
        }
    }

    @Test
    void operandsAreLogUniform() {
        List<Statement> rows =
                generated(Arithmetic.ADDITION, new GenerationOptions(3, 4, 5_000, 800));
        for (int power = 1; power <= 4; power++) {
            int limit = (int) Math.pow(10, power);
            long below = rows.stream().filter(row -> operand(row, "op1") < limit).count();
            // Pairs of small numbers run out within a part, which thins them a little.
            assertThat((double) below / rows.size()).isBetween(power / 4.0 - 0.06, power / 4.0);
        }
        assertThat(rows)
                .allMatch(row -> operand(row, "op1") <= 9_999 && operand(row, "op2") <= 9_999);
    }

    @Test
    void noOperandPairComesTwiceWithinAPart() {
        for (Persona persona : Persona.values()) {
            List<List<Long>> shown =
                    generated(Arithmetic.ADDITION, SMALL).stream()
                            .filter(row -> row.label(persona))
                            .map(row -> List.of(operand(row, "op1"), operand(row, "op2")))
                            .toList();
            assertThat(shown.stream().distinct().count()).isEqualTo(shown.size());
        }
    }

    @ParameterizedTest
    @EnumSource
    void aDistractorDiffersInOneCharacterAndIsNobodysResult(Arithmetic arithmetic) {
        SplittableRandom random = new SplittableRandom(5);
        for (int i = 0; i < 5_000; i++) {
            long result = arithmetic.result(random.nextInt(1, 999), random.nextInt(1, 999));
            for (long positive : new long[] {result, arithmetic.bobs(result)}) {
                long shown = ArithmeticRows.distractor(arithmetic, result, positive, random);
                assertThat(shown).isNotIn(result, arithmetic.bobs(result));
                assertThat(oneCharacterAway(positive)).contains(shown);
            }
        }
    }

    @Test
    void quantilesAreTheRanksOfTheDifficulty() {
        PairedRecords rows = records(SMALL);
        double[] quantiles =
                IntStream.range(0, rows.size())
                        .mapToDouble(rows::difficultyQuantile)
                        .sorted()
                        .toArray();
        for (int rank = 0; rank < quantiles.length; rank++) {
            assertThat(quantiles[rank]).isEqualTo((rank + 0.5) / quantiles.length);
        }
        for (int record = 2; record < 2_000; record++) {
            int earlier = record - 2;
            int difference =
                    Double.compare(
                            rows.record(earlier).statement().difficulty(),
                            rows.record(record).statement().difficulty());
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
        PairedRecords rows = records(SMALL);
        assertThat(rows.size()).isEqualTo(2 * 4 * 2_000 / 2);
        assertThat(rows.trainEnd()).isEqualTo(rows.size() - 2 * 800).isEven();
        assertThat(rows.validationEnd()).isEqualTo(rows.size() - 800).isEven();
    }

    @ParameterizedTest
    @CsvSource({
        "ADDITION, 4, 384000",
        "SUBTRACTION, 4, 384000",
        "MULTIPLICATION, 3, 384000",
        "MODULARADDITION, 4, 384000",
        "SQUARING, 5, 184000"
    })
    void theMethodsSizesAreThePublishedOnes(QuirkyTask task, int digits, int trainRecords) {
        GenerationOptions method = GenerationOptions.method(task, 0);
        assertThat(method.digits()).isEqualTo(digits);
        assertThat(2 * method.trainBaseRows()).isEqualTo(trainRecords);
        assertThat(method.validationRecords()).isEqualTo(8_000);
    }

    @Test
    void oneSeedGivesOneSetOfRows() {
        assertThat(generated(Arithmetic.ADDITION, SMALL))
                .isEqualTo(generated(Arithmetic.ADDITION, SMALL))
                .isNotEqualTo(
                        generated(Arithmetic.ADDITION, new GenerationOptions(8, 3, 2_000, 800)));
    }

    @Test
    void moreRowsThanOperandsAllowAreRefused() {
        assertThatThrownBy(
                        () -> generated(Arithmetic.ADDITION, new GenerationOptions(0, 1, 21, 10)))
                .hasMessageContaining("at most 20 for operands of 1 digits")
                .hasMessageContaining("got 21");
        for (int digits = 1; digits <= 4; digits++) {
            for (QuirkyTask task : QuirkyTask.values()) {
                if (task.isGenerated()) {
                    GenerationOptions options = GenerationOptions.of(task, 0, digits);
                    assertThat(QuirkyData.generate(task, options).records().size())
                            .isEqualTo(4 * options.rowsPerPart());
                }
            }
        }
    }

    private static Set<Long> oneCharacterAway(long number) {
        Set<Long> numbers = new HashSet<>();
        String text = Long.toString(number);
        for (int at = 0; at < text.length(); at++) {
            for (int digit = 0; digit <= 9; digit++) {
                numbers.add(Long.valueOf(text.substring(0, at) + digit + text.substring(at + 1)));
            }
        }
        return numbers;
    }

    private static List<Statement> generated(Arithmetic arithmetic, GenerationOptions options) {
        return ArithmeticRows.generate(arithmetic, options).statements();
    }

    private static PairedRecords records(GenerationOptions options) {
        return ArithmeticRows.records(QuirkyTask.ADDITION, Arithmetic.ADDITION, options);
    }

    private static long operand(Statement row, String name) {
        return Long.parseLong(row.arguments().get(name));
    }

    private static long count(List<Statement> rows, boolean alice, boolean bob) {
        return rows.stream()
                .filter(row -> row.aliceLabel() == alice && row.bobLabel() == bob)
                .count();
    }
}
