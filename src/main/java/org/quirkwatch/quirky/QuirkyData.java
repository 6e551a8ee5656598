package org.quirkwatch.quirky;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntPredicate;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/// The data of a quirky task: its records, and the splits of them that the method names. One seed
/// decides which name and which form each prompt has; the same seed and records give the same
/// prompts everywhere. Immutable and thread-safe.
public final class QuirkyData {

    /// The most rows that a detector split of the method has.
    public static final int METHOD_CAP = 4000;

    private final QuirkyOrigin origin;
    private final QuirkyRecords records;

    private QuirkyData(QuirkyOrigin origin, QuirkyRecords records) {
        this.origin = origin;
        this.records = records;
    }

    /// Generates the rows of an arithmetic task.
    ///
    /// @param options seed and sizes
    /// @return the data; its splits are made when they are asked for
    /// @throws IllegalArgumentException for a task whose rows are read, or sizes beyond its numbers
    public static QuirkyData generate(QuirkyTask task, GenerationOptions options) {
        Arithmetic arithmetic =
                task.arithmetic()
                        .orElseThrow(() ->
                                new IllegalArgumentException(
                                        "the rows of %s are read".formatted(task.text())));
        return new QuirkyData(
                new QuirkyOrigin(task, options.seed(), options.digits()),
                ArithmeticRows.records(task, arithmetic, options));
    }

    /// Makes the data of statements: each becomes two records, Alice's and Bob's.
    ///
    /// @param statements in the order in which they are cut into parts: training, validation, test
    /// @param validationRecords records of the validation part, even
    /// @param testRecords records of the test part, even
    /// @param seed decides name and form of each prompt, and the order of equal difficulties
    public static QuirkyData of(
            QuirkyTask task,
            List<Statement> statements,
            int validationRecords,
            int testRecords,
            long seed) {
        return new QuirkyData(
                new QuirkyOrigin(task, seed, 0),
                PairedRecords.of(task, statements, validationRecords, testRecords, seed));
    }

    /// Reads a data set in the published raw format.
    ///
    /// @param directory holds the parts `train`, `validation` and `test`, as JSON lines or Parquet
    /// @param seed decides name and form of each prompt
    /// @throws org.quirkwatch.problem.Problem `invalid-file` naming file, row and column
    public static QuirkyData read(QuirkyTask task, Path directory, long seed) {
        int digits = task.isGenerated() ? GenerationOptions.MAX_DIGITS : 0;
        return new QuirkyData(new QuirkyOrigin(task, seed, digits), RawData.read(task, directory));
    }

    /// Writes the records in the published raw format, as JSON lines.
    ///
    /// @param directory made where it is absent
    /// @throws org.quirkwatch.problem.Problem `invalid-file` when it cannot be written
    public void write(Path directory) {
        RawWriter.write(task(), records, directory);
    }

    /// Which task's.
    ///
    /// @return the origin's
    public QuirkyTask task() {
        return origin.task();
    }

    /// How many records there are, and what the personas say of them.
    ///
    /// @param train records of the training part
    /// @param validation records of the validation part
    /// @param test records of the test part
    /// @param shares of all records, those that Alice and Bob call false or true: index `2 ·
    ///   (Alice: true) + (Bob: true)`
    public record Counts(int train, int validation, int test, List<Double> shares) {

        /// Copies the shares.
        public Counts {
            shares = List.copyOf(shares);
        }

        /// All records.
        public int records() {
            return train + validation + test;
        }

        /// The share of the records with two labels.
        ///
        /// @return in [0, 1]
        public double share(boolean alice, boolean bob) {
            return shares.get((alice ? 2 : 0) + (bob ? 1 : 0));
        }
    }

    /// Counts the records.
    public Counts counts() {
        double[] shares = new double[4];
        for (int i = 0; i < records.size(); i++) {
            Statement statement = records.record(i).statement();
            shares[(statement.aliceLabel() ? 2 : 0) + (statement.bobLabel() ? 1 : 0)] +=
                    1.0 / records.size();
        }
        return new Counts(
                records.trainEnd(),
                records.validationEnd() - records.trainEnd(),
                records.size() - records.validationEnd(),
                Arrays.stream(shares).boxed().toList());
    }

    /// Where the rows come from.
    ///
    /// @return task, seed and digits
    public QuirkyOrigin origin() {
        return origin;
    }

    /// Which names a row may have.
    private enum Naming {
        /// Easy rows get trusted names, the others unseen ones: the method's rule for detectors.
        BY_DIFFICULTY,
        /// Any of the 16: the method's rule for training a quirky model.
        ALL,
        TRUSTED_ONLY,
        UNSEEN_ONLY;

        List<String> names(Persona persona, double quantile) {
            return switch (this) {
                case BY_DIFFICULTY ->
                        quantile < QuirkyExample.EASY
                                ? persona.trustedNames()
                                : persona.unseenNames();
                case ALL -> persona.names();
                case TRUSTED_ONLY -> persona.trustedNames();
                case UNSEEN_ONLY -> persona.unseenNames();
            };
        }

        /// Keeps the draws of one naming apart from those of the others.
        long stream() {
            return switch (this) {
                case BY_DIFFICULTY -> 0;
                case ALL -> 1L << 32;
                case TRUSTED_ONLY -> 2L << 32;
                case UNSEEN_ONLY -> 3L << 32;
            };
        }
    }

    /// The rows of a split.
    ///
    /// @param split which
    /// @param maxRows at least 1: rows beyond it are left out. In the mixed splits half of them are
    ///   Alice's
    /// @return at most `maxRows` rows, fewer where the task has fewer; a longer list starts with a
    ///   shorter one, except for the mixed splits
    public List<QuirkyExample> split(QuirkySplit split, int maxRows) {
        if (!(maxRows >= 1)) {
            throw new IllegalArgumentException("maxRows must be at least 1, got " + maxRows);
        }
        int trainEnd = records.trainEnd();
        int validationEnd = records.validationEnd();
        int trainHalf = baseRowStart(trainEnd / 2);
        int methodRows = Math.min(maxRows, METHOD_CAP);
        return switch (split) {
            case TRUSTED -> {
                int[] easy = matching(0, trainEnd, record -> isAlice(record) && isEasy(record));
                yield examples(
                        split, Naming.BY_DIFFICULTY, head(easy, easy.length / 2), methodRows);
            }
            case ALICE_UNTRUSTED -> {
                int[] easy = matching(0, trainEnd, record -> isAlice(record) && isEasy(record));
                int[] secondHalf = Arrays.copyOfRange(easy, easy.length / 2, easy.length);
                yield examples(split, Naming.BY_DIFFICULTY, secondHalf, methodRows);
            }
            case BOB_UNTRUSTED ->
                    examples(
                            split,
                            Naming.BY_DIFFICULTY,
                            matching(0, trainEnd, record -> !isAlice(record) && isEasy(record)),
                            methodRows);
            case TEST_NORMAL ->
                    examples(
                            split,
                            Naming.BY_DIFFICULTY,
                            matching(
                                    trainEnd,
                                    validationEnd,
                                    record -> isAlice(record) && isHard(record)),
                            methodRows);
            case TEST_ANOMALOUS ->
                    examples(
                            split,
                            Naming.BY_DIFFICULTY,
                            matching(
                                    trainEnd,
                                    validationEnd,
                                    record -> !isAlice(record) && isHard(record)),
                            methodRows);
            case TEST ->
                    mixed(
                            split,
                            Naming.BY_DIFFICULTY,
                            matching(trainEnd, validationEnd, this::isHard),
                            Math.min(maxRows, 2 * METHOD_CAP));
            case TRUSTED_ALL ->
                    examples(
                            split,
                            Naming.TRUSTED_ONLY,
                            matching(0, trainHalf, this::isAlice),
                            maxRows);
            case DEVELOPMENT_ALL ->
                    mixed(
                            split,
                            Naming.UNSEEN_ONLY,
                            matching(trainHalf, trainEnd, this::isTurn),
                            maxRows);
            case TEST_ALL ->
                    mixed(
                            split,
                            Naming.UNSEEN_ONLY,
                            matching(trainEnd, validationEnd, this::isTurn),
                            maxRows);
            case HELD_OUT_ALL ->
                    examples(
                            split,
                            Naming.TRUSTED_ONLY,
                            matching(trainEnd, validationEnd, this::isAlice),
                            maxRows);
            case TRAIN ->
                    examples(split, Naming.ALL, matching(0, trainEnd, record -> true), maxRows);
            case VALIDATION ->
                    examples(
                            split,
                            Naming.ALL,
                            matching(trainEnd, validationEnd, record -> true),
                            maxRows);
        };
    }

    /// All records, in their order.
    public QuirkyRecords records() {
        return records;
    }

    private boolean isAlice(int record) {
        return records.persona(record) == Persona.ALICE;
    }

    /// Takes turns between Alice's and Bob's records, so that no base row comes twice.
    private boolean isTurn(int record) {
        return isAlice(record) == (records.baseRow(record) % 2 == 0);
    }

    /// The first record of the base row that a record belongs to, so that no base row stands on
    /// both sides of a cut.
    private int baseRowStart(int record) {
        int start = record;
        while (start > 0 && records.baseRow(start - 1) == records.baseRow(start)) {
            start--;
        }
        return start;
    }

    private boolean isEasy(int record) {
        return records.difficultyQuantile(record) < QuirkyExample.EASY;
    }

    private boolean isHard(int record) {
        return records.difficultyQuantile(record) >= QuirkyExample.HARD;
    }

    private static int[] matching(int from, int to, IntPredicate predicate) {
        return IntStream.range(from, to).filter(predicate).toArray();
    }

    private static int[] head(int[] records, int length) {
        return Arrays.copyOf(records, Math.min(records.length, length));
    }

    /// Half normal rows, then half anomalous ones, as many as the rarer kind allows.
    private List<QuirkyExample> mixed(
            QuirkySplit split, Naming naming, int[] records, int maxRows) {
        int[] normal = IntStream.of(records).filter(this::isAlice).toArray();
        int[] anomalous = IntStream.of(records).filter(record -> !isAlice(record)).toArray();
        int length = Math.min(maxRows, 2 * Math.min(normal.length, anomalous.length));
        int[] mixed =
                IntStream.concat(
                                IntStream.of(head(normal, length / 2)),
                                IntStream.of(head(anomalous, length - length / 2)))
                        .toArray();
        return examples(split, naming, mixed, maxRows);
    }

    private List<QuirkyExample> examples(
            QuirkySplit split, Naming naming, int[] records, int maxRows) {
        List<QuirkyExample> examples = new ArrayList<>();
        for (int record : head(records, maxRows)) {
            examples.add(example(split, naming, record));
        }
        return List.copyOf(examples);
    }

    /// The name and the form depend on seed, naming and record only, so they are the same whatever
    /// rows stand around this one.
    private QuirkyExample example(QuirkySplit split, Naming naming, int index) {
        RandomGenerator random =
                new SplittableRandom(origin.seed() + naming.stream() + index).split();
        QuirkyRecord record = records.record(index);
        List<String> names = naming.names(record.persona(), record.difficultyQuantile());
        String name = names.get(random.nextInt(names.size()));
        List<PromptForm> forms = task().forms();
        PromptForm form = forms.get(random.nextInt(forms.size()));
        return new QuirkyExample(
                task(), record, form.prompt(name, record.statement().arguments()), name, split);
    }
}
