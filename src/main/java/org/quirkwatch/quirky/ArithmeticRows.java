package org.quirkwatch.quirky;

import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/// Generates what the rows of an arithmetic task state.
///
/// The four parts (Alice's result shown, Bob's result shown, a distractor of Alice's, a distractor
/// of Bob's) have the same size, so over all generated rows a quarter is true for Alice only, a
/// quarter for Bob only, half for neither and none for both. They are concatenated and shuffled;
/// the first half is kept, as in the method.
final class ArithmeticRows {

    private ArithmeticRows() {}

    /// What a base row states; the numbers alone, for there may be many.
    ///
    /// @param op2 0 for a task of one operand
    private record Equation(long op1, long op2, long shown) {}

    /// All generated rows, the half that is discarded included.
    ///
    /// @param statements in the shuffled order
    /// @param tieSeed decides the order of rows of equal difficulty
    record Generated(List<Statement> statements, long tieSeed) {}

    /// The records of a task: the kept half.
    static PairedRecords records(
            QuirkyTask task, Arithmetic arithmetic, GenerationOptions options) {
        Generated generated = generate(arithmetic, options);
        return PairedRecords.of(
                task,
                generated.statements().subList(0, options.keptBaseRows()),
                options.validationRecords(),
                options.validationRecords(),
                generated.tieSeed());
    }

    static Generated generate(Arithmetic arithmetic, GenerationOptions options) {
        requireRoom(arithmetic, options);
        SplittableRandom root = new SplittableRandom(options.seed());
        List<Equation> rows = new ArrayList<>(4 * options.rowsPerPart());
        for (boolean distractors : new boolean[] {false, true}) {
            for (Persona persona : Persona.values()) {
                rows.addAll(part(arithmetic, options, persona, distractors, root.split()));
            }
        }
        Collections.shuffle(rows, root.split());
        return new Generated(new Statements(arithmetic, rows), root.nextLong());
    }

    /// Statements made when they are looked at.
    private static final class Statements extends AbstractList<Statement> {

        private final Arithmetic arithmetic;
        private final List<Equation> rows;

        Statements(Arithmetic arithmetic, List<Equation> rows) {
            this.arithmetic = arithmetic;
            this.rows = List.copyOf(rows);
        }

        @Override
        public Statement get(int index) {
            Equation row = rows.get(index);
            return arithmetic.statement(row.op1(), row.op2(), row.shown());
        }

        @Override
        public int size() {
            return rows.size();
        }
    }

    /// Operands are unique within a part, and the rare ones take long to come up.
    private static void requireRoom(Arithmetic arithmetic, GenerationOptions options) {
        double operands = Math.pow(10, options.digits()) - 1;
        double most = arithmetic.operands() == 2 ? operands * operands / 4 : operands * 3 / 4;
        if (!(options.rowsPerPart() <= most)) {
            throw new IllegalArgumentException(
                    "rowsPerPart must be at most %.0f for operands of %d digits, got %d"
                            .formatted(most, options.digits(), options.rowsPerPart()));
        }
    }

    private static List<Equation> part(
            Arithmetic arithmetic,
            GenerationOptions options,
            Persona persona,
            boolean distractors,
            RandomGenerator random) {
        List<Equation> part = new ArrayList<>(options.rowsPerPart());
        Set<Long> seen = new HashSet<>();
        while (part.size() < options.rowsPerPart()) {
            long op1 = operand(options.digits(), random);
            long op2 = arithmetic.operands() == 2 ? operand(options.digits(), random) : 0;
            if (seen.add(op1 << Integer.SIZE | op2)) {
                long positive = arithmetic.believed(persona, op1, op2);
                long shown =
                        distractors
                                ? distractor(
                                        arithmetic, arithmetic.result(op1, op2), positive, random)
                                : positive;
                part.add(new Equation(op1, op2, shown));
            }
        }
        return part;
    }

    /// Log-uniform on 1 to 10^digits − 1.
    private static int operand(int digits, RandomGenerator random) {
        return (int) Math.floor(Math.pow(10, random.nextDouble() * digits));
    }

    /// A number that differs from `positive` in one character, of which a minus sign is one, and is
    /// neither persona's result. A leading zero drops out, as in the method.
    static long distractor(
            Arithmetic arithmetic, long result, long positive, RandomGenerator random) {
        long bobs = arithmetic.bobs(result);
        char[] digits = Long.toString(positive).toCharArray();
        while (true) {
            char[] changed = digits.clone();
            changed[random.nextInt(changed.length)] = (char) ('0' + random.nextInt(10));
            long candidate = Long.parseLong(new String(changed));
            if (candidate != result && candidate != bobs) {
                return candidate;
            }
        }
    }
}
