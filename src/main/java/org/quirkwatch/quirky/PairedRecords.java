package org.quirkwatch.quirky;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/// Records made of base rows: record `2i` is Alice's view of row `i` and record `2i + 1` is Bob's.
/// They are cut by base row into train, validation and test, so that the two records of a row never
/// stand on different sides of a cut.
final class PairedRecords implements QuirkyRecords {

    private final QuirkyTask task;
    private final List<Statement> rows;
    private final int validationRecords;
    private final double[] quantiles;

    private PairedRecords(
            QuirkyTask task, List<Statement> rows, int validationRecords, double[] quantiles) {
        this.task = task;
        this.rows = rows;
        this.validationRecords = validationRecords;
        this.quantiles = quantiles;
    }

    /// @param rows not changed afterwards
    /// @param validationRecords as [QuirkyData#of] takes it
    /// @param tieSeed decides the order of rows of equal difficulty
    static PairedRecords of(
            QuirkyTask task, List<Statement> rows, int validationRecords, long tieSeed) {
        if (!(validationRecords >= 2
                && validationRecords % 2 == 0
                && validationRecords < rows.size())) {
            throw new IllegalArgumentException(
                    "validationRecords must be even, at least 2 and less than the %d rows, got %d"
                            .formatted(rows.size(), validationRecords));
        }
        return new PairedRecords(task, rows, validationRecords, quantiles(rows, tieSeed));
    }

    /// `(rank + 0.5) / records` by ascending difficulty over the records of all cuts. Ties, which
    /// are many, are broken by a seeded hash of the row and then by order, Alice's record first.
    private static double[] quantiles(List<Statement> rows, long tieSeed) {
        double[] difficulties = rows.stream().mapToDouble(Statement::difficulty).toArray();
        Integer[] order = new Integer[rows.size()];
        Arrays.setAll(order, i -> i);
        Arrays.sort(
                order,
                (a, b) -> {
                    int byDifficulty = Double.compare(difficulties[a], difficulties[b]);
                    return byDifficulty != 0
                            ? byDifficulty
                            : Long.compare(hash(tieSeed, a), hash(tieSeed, b));
                });
        double[] quantiles = new double[2 * rows.size()];
        for (int rank = 0; rank < order.length; rank++) {
            for (int persona = 0; persona < 2; persona++) {
                quantiles[2 * order[rank] + persona] =
                        (2 * rank + persona + 0.5) / quantiles.length;
            }
        }
        return quantiles;
    }

    private static long hash(long seed, int row) {
        return new SplittableRandom(seed + row).nextLong();
    }

    @Override
    public int size() {
        return quantiles.length;
    }

    @Override
    public int trainEnd() {
        return quantiles.length - 2 * validationRecords;
    }

    @Override
    public int validationEnd() {
        return quantiles.length - validationRecords;
    }

    @Override
    public QuirkyRecord record(int index) {
        Persona persona = persona(index);
        String character = persona.character().toLowerCase(Locale.ROOT);
        return new QuirkyRecord(
                "%s-%s-%d".formatted(task.text(), character, index / 2),
                persona,
                rows.get(index / 2),
                quantiles[index]);
    }

    @Override
    public Persona persona(int index) {
        return index % 2 == 0 ? Persona.ALICE : Persona.BOB;
    }

    @Override
    public double difficultyQuantile(int index) {
        return quantiles[index];
    }

    @Override
    public int baseRow(int index) {
        return index / 2;
    }
}
