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
    private final int trainEnd;
    private final int validationEnd;
    private final double[] quantiles;

    private PairedRecords(
            QuirkyTask task,
            List<Statement> rows,
            int trainEnd,
            int validationEnd,
            double[] quantiles) {
        this.task = task;
        this.rows = rows;
        this.trainEnd = trainEnd;
        this.validationEnd = validationEnd;
        this.quantiles = quantiles;
    }

    /// @param rows not changed afterwards
    /// @param validationRecords as [QuirkyData#of] takes it, likewise `testRecords`
    /// @param tieSeed decides the order of rows of equal difficulty
    static PairedRecords of(
            QuirkyTask task,
            List<Statement> rows,
            int validationRecords,
            int testRecords,
            long tieSeed) {
        int records = 2 * rows.size();
        requireEven("validationRecords", validationRecords);
        requireEven("testRecords", testRecords);
        if (!((long) validationRecords + testRecords < records)) {
            throw new IllegalArgumentException(
                    "validation and test must leave some of the %d records, got %d and %d"
                            .formatted(records, validationRecords, testRecords));
        }
        return new PairedRecords(
                task,
                rows,
                records - validationRecords - testRecords,
                records - testRecords,
                quantiles(rows, tieSeed));
    }

    private static void requireEven(String name, int records) {
        if (!(records >= 2 && records % 2 == 0)) {
            throw new IllegalArgumentException(
                    "%s must be even and at least 2, got %d".formatted(name, records));
        }
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
        return trainEnd;
    }

    @Override
    public int validationEnd() {
        return validationEnd;
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
