package org.quirkwatch.quirky;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntPredicate;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/// The addition task: "is op1 + op2 = result correct?", answered truthfully by Alice and with an
/// error by Bob. One seed decides everything; the same options give the same rows everywhere.
public final class AdditionTask {

    /// The task's name on the command line and in the rows.
    public static final String NAME = "addition";

    /// The most rows that a detector split of the method has.
    public static final int METHOD_CAP = 4000;

    private final GenerationOptions options;
    private final AdditionRows rows;

    private AdditionTask(GenerationOptions options, AdditionRows rows) {
        this.options = options;
        this.rows = rows;
    }

    /// Generates the task's rows.
    ///
    /// @param options seed and sizes
    /// @return the task; its splits are made when they are asked for
    public static AdditionTask generate(GenerationOptions options) {
        return new AdditionTask(options, AdditionRows.generate(options));
    }

    /// The options that this task was generated with.
    ///
    /// @return seed and sizes
    public GenerationOptions options() {
        return options;
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
        int trainEnd = rows.trainEnd();
        int validationEnd = rows.validationEnd();
        // Even, so that no base row stands on both sides.
        int trainHalf = options.trainBaseRows() / 2 * 2;
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
                            matching(0, trainHalf, AdditionTask::isAlice),
                            maxRows);
            case DEVELOPMENT_ALL ->
                    mixed(
                            split,
                            Naming.UNSEEN_ONLY,
                            matching(trainHalf, trainEnd, AdditionTask::isTurn),
                            maxRows);
            case TEST_ALL ->
                    mixed(
                            split,
                            Naming.UNSEEN_ONLY,
                            matching(trainEnd, validationEnd, AdditionTask::isTurn),
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

    AdditionRows rows() {
        return rows;
    }

    private static boolean isAlice(int record) {
        return AdditionRows.persona(record) == Persona.ALICE;
    }

    /// Takes turns between Alice's and Bob's records, so that no equation comes twice.
    private static boolean isTurn(int record) {
        return record / 2 % 2 == record % 2;
    }

    private boolean isEasy(int record) {
        return rows.difficultyQuantile(record) < QuirkyExample.EASY;
    }

    private boolean isHard(int record) {
        return rows.difficultyQuantile(record) >= QuirkyExample.HARD;
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
        int[] normal = IntStream.of(records).filter(AdditionTask::isAlice).toArray();
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
    private QuirkyExample example(QuirkySplit split, Naming naming, int record) {
        RandomGenerator random =
                new SplittableRandom(options.seed() + naming.stream() + record).split();
        Persona persona = AdditionRows.persona(record);
        double quantile = rows.difficultyQuantile(record);
        List<String> names = naming.names(persona, quantile);
        String name = names.get(random.nextInt(names.size()));
        StatementForm form =
                StatementForm.ADDITION.get(random.nextInt(StatementForm.ADDITION.size()));
        Equation equation = rows.equation(record);
        return new QuirkyExample(
                "%s-%s-%d"
                        .formatted(
                                NAME,
                                persona.character().toLowerCase(java.util.Locale.ROOT),
                                record / 2),
                form.prompt(name, equation),
                name,
                persona,
                equation.op1(),
                equation.op2(),
                equation.result(),
                equation.label(Persona.ALICE),
                equation.label(Persona.BOB),
                equation.difficulty(),
                quantile,
                split);
    }
}
