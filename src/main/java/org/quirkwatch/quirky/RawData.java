package org.quirkwatch.quirky;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

/// The records of a data set in the published raw format. A row is `id`, `template_args` (the
/// character and what the templates are filled with), `character`, `label`, `alice_label`,
/// `bob_label`, `difficulty` and `difficulty_quantile`; rows with the same content stand beside
/// each other, Alice's before Bob's.
final class RawData implements QuirkyRecords {

    /// The most rows of one data set.
    static final int MAX_ROWS = 2_000_000;

    private final List<QuirkyRecord> records;
    private final int[] baseRows;
    private final int trainEnd;
    private final int validationEnd;

    private RawData(List<QuirkyRecord> records, int trainEnd, int validationEnd) {
        this.records = List.copyOf(records);
        this.trainEnd = trainEnd;
        this.validationEnd = validationEnd;
        this.baseRows = new int[records.size()];
        for (int i = 1; i < baseRows.length; i++) {
            boolean same =
                    records.get(i)
                            .statement()
                            .arguments()
                            .equals(records.get(i - 1).statement().arguments());
            boolean cut = i == trainEnd || i == validationEnd;
            baseRows[i] = baseRows[i - 1] + (same && !cut ? 0 : 1);
        }
    }

    /// Reads the three parts.
    ///
    /// @param directory as [QuirkyData#read] takes it
    static RawData read(QuirkyTask task, Path directory) {
        List<QuirkyRecord> records = new ArrayList<>();
        Map<String, String> seen = new HashMap<>();
        Map<RawPart, Integer> ends = new EnumMap<>(RawPart.class);
        for (RawPart part : RawPart.values()) {
            int start = records.size();
            part.read(
                    directory,
                    row -> {
                        QuirkyRecord record = row.record(task);
                        requireNew(task, record, row, seen);
                        requireRoom(records.size(), row);
                        records.add(record);
                    });
            requireBoth(records.subList(start, records.size()), part, directory);
            ends.put(part, records.size());
        }
        return new RawData(
                records,
                ends.getOrDefault(RawPart.TRAIN, 0),
                ends.getOrDefault(RawPart.VALIDATION, 0));
    }

    /// Generated equations repeat, and the published identifiers are short hashes of the content;
    /// elsewhere an identifier names one row.
    private static void requireNew(
            QuirkyTask task, QuirkyRecord record, RawRow row, Map<String, String> seen) {
        String first = seen.putIfAbsent(record.id(), row.place());
        if (first != null && !task.isGenerated()) {
            throw row.problem("id", "\"%s\" is the id of %s already".formatted(record.id(), first));
        }
    }

    private static void requireRoom(int rows, RawRow row) {
        if (rows >= MAX_ROWS) {
            throw row.problem("id", "a data set has at most %d rows".formatted(MAX_ROWS));
        }
    }

    private static void requireBoth(List<QuirkyRecord> part, RawPart which, Path directory) {
        for (Persona persona : Persona.values()) {
            if (part.stream().noneMatch(record -> record.persona() == persona)) {
                throw new Problem(
                        ProblemCode.INVALID_FILE,
                        "%s: the part %s has no row of the character %s%s"
                                .formatted(
                                        directory.getFileName(),
                                        which.text(),
                                        persona.character(),
                                        part.isEmpty() ? ", it is empty" : ""));
            }
        }
        for (boolean label : new boolean[] {false, true}) {
            if (part.stream().noneMatch(record -> record.label() == label)) {
                throw new Problem(
                        ProblemCode.INVALID_FILE,
                        "%s: the part %s has no row whose label is %b, so nothing can be told apart"
                                .formatted(directory.getFileName(), which.text(), label));
            }
        }
    }

    @Override
    public int size() {
        return records.size();
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
        return records.get(index);
    }

    @Override
    public Persona persona(int index) {
        return records.get(index).persona();
    }

    @Override
    public double difficultyQuantile(int index) {
        return records.get(index).difficultyQuantile();
    }

    @Override
    public int baseRow(int index) {
        return baseRows[index];
    }
}
