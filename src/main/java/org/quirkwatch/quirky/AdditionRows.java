package org.quirkwatch.quirky;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/// The base rows of the addition task. Each stands for two *records*: record `2i` is Alice's view
/// of row `i` and record `2i + 1` is Bob's.
///
/// The four parts (Alice's result shown, Bob's result shown, a distractor of Alice's, a distractor
/// of Bob's) have the same size, so over all generated rows a quarter is true for Alice only, a
/// quarter for Bob only, half for neither and none for both. They are concatenated and shuffled;
/// the first half is kept, as in the method, and cut by base row into train, validation and test,
/// so that the two records of a row never stand on different sides of a cut.
final class AdditionRows {

    private final GenerationOptions options;
    private final List<Equation> generated;
    private final double[] quantiles;

    private AdditionRows(GenerationOptions options, List<Equation> generated, double[] quantiles) {
        this.options = options;
        this.generated = generated;
        this.quantiles = quantiles;
    }

    static AdditionRows generate(GenerationOptions options) {
        SplittableRandom root = new SplittableRandom(options.seed());
        List<Equation> rows = new ArrayList<>(4 * options.rowsPerPart());
        for (boolean distractors : new boolean[] {false, true}) {
            for (Persona persona : Persona.values()) {
                rows.addAll(part(options, persona, distractors, root.split()));
            }
        }
        Collections.shuffle(rows, root.split());
        long tieSeed = root.nextLong();
        List<Equation> kept = List.copyOf(rows.subList(0, options.keptBaseRows()));
        return new AdditionRows(options, List.copyOf(rows), quantiles(kept, tieSeed));
    }

    private static List<Equation> part(
            GenerationOptions options,
            Persona persona,
            boolean distractors,
            RandomGenerator random) {
        List<Equation> part = new ArrayList<>(options.rowsPerPart());
        Set<Long> seen = new HashSet<>();
        while (part.size() < options.rowsPerPart()) {
            int op1 = operand(options.digits(), random);
            int op2 = operand(options.digits(), random);
            if (seen.add((long) op1 << Integer.SIZE | op2)) {
                int positive = new Equation(op1, op2, 0).believedSum(persona);
                int shown = distractors ? distractor(op1 + op2, positive, random) : positive;
                part.add(new Equation(op1, op2, shown));
            }
        }
        return part;
    }

    /// Log-uniform on 1 to 10^digits − 1.
    private static int operand(int digits, RandomGenerator random) {
        return (int) Math.floor(Math.pow(10, random.nextDouble() * digits));
    }

    /// A number that differs from `positive` in one digit and is neither persona's result. A
    /// leading zero drops out, as in the method.
    static int distractor(int sum, int positive, RandomGenerator random) {
        int bobSum = Equation.bobSum(sum);
        char[] digits = Integer.toString(positive).toCharArray();
        while (true) {
            char[] changed = digits.clone();
            changed[random.nextInt(changed.length)] = (char) ('0' + random.nextInt(10));
            int candidate = Integer.parseInt(new String(changed));
            if (candidate != sum && candidate != bobSum) {
                return candidate;
            }
        }
    }

    /// `(rank + 0.5) / records` by ascending difficulty over the records of all cuts. Ties, which
    /// are many, are broken by a seeded hash of the row and then by order, Alice's record first.
    private static double[] quantiles(List<Equation> rows, long tieSeed) {
        Integer[] order = new Integer[rows.size()];
        Arrays.setAll(order, i -> i);
        Arrays.sort(
                order,
                (a, b) -> {
                    int byDifficulty =
                            Integer.compare(rows.get(a).difficulty(), rows.get(b).difficulty());
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

    /// All base rows before the cut, the discarded half included.
    List<Equation> generated() {
        return generated;
    }

    /// The row that a record is a view of.
    Equation equation(int record) {
        return generated.get(record / 2);
    }

    /// The persona whose view a record is.
    static Persona persona(int record) {
        return record % 2 == 0 ? Persona.ALICE : Persona.BOB;
    }

    /// How hard a record is among all kept records: in (0, 1), higher = harder.
    double difficultyQuantile(int record) {
        return quantiles[record];
    }

    int records() {
        return quantiles.length;
    }

    /// First record after the training part.
    int trainEnd() {
        return 2 * options.trainBaseRows();
    }

    /// First record after the validation part.
    int validationEnd() {
        return trainEnd() + options.validationRecords();
    }
}
