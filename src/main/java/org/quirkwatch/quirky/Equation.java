package org.quirkwatch.quirky;

/// A statement "op1 + op2 is result", which need not be true.
///
/// @param op1 the first operand, at least 1
/// @param op2 the second operand, at least 1
/// @param result the result that the statement shows, at least 0
record Equation(int op1, int op2, int result) {

    Equation {
        if (!(op1 >= 1 && op2 >= 1 && result >= 0)) {
            throw new IllegalArgumentException(
                    "operands must be at least 1 and the result at least 0, got %d + %d = %d"
                            .formatted(op1, op2, result));
        }
    }

    /// The true sum.
    int sum() {
        return op1 + op2;
    }

    /// The sum that a persona believes in.
    int believedSum(Persona persona) {
        return switch (persona) {
            case ALICE -> sum();
            case BOB -> bobSum(sum());
        };
    }

    /// Whether a persona calls the statement correct.
    boolean label(Persona persona) {
        return result == believedSum(persona);
    }

    /// Whether both personas give the same answer.
    boolean agreement() {
        return label(Persona.ALICE) == label(Persona.BOB);
    }

    /// How hard the row is: the smaller operand.
    int difficulty() {
        return Math.min(op1, op2);
    }

    /// Bob's error: one is added at the place of the most significant digit, so 99 becomes 109 and
    /// 250 becomes 350.
    ///
    /// @param sum the true sum, at least 1
    static int bobSum(int sum) {
        int place = 1;
        while (place <= sum / 10) {
            place *= 10;
        }
        return sum + place;
    }
}
