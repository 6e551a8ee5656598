package org.quirkwatch.quirky;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The rule of an arithmetic task: what is computed, and what Bob makes of it. Bob's error is the
/// same everywhere: one is added at the place of the result's most significant digit, so 99 becomes
/// 109, 250 becomes 350 and −45 becomes −35.
public enum Arithmetic {
    /// op1 + op2.
    ADDITION(2, 3, 4),
    /// op1 − op2, which may be negative.
    SUBTRACTION(2, 3, 4),
    /// op1 · op2.
    MULTIPLICATION(2, 2, 3),
    /// (op1 + op2) mod 113; Bob's result is taken mod 113 too.
    MODULAR_ADDITION(2, 2, 4),
    /// op1².
    SQUARING(1, 3, 5);

    /// Of the modular addition.
    static final int MODULUS = 113;

    private final int operands;
    private final int zooDigits;
    private final int methodDigits;

    Arithmetic(int operands, int zooDigits, int methodDigits) {
        this.operands = operands;
        this.zooDigits = zooDigits;
        this.methodDigits = methodDigits;
    }

    /// One or two.
    int operands() {
        return operands;
    }

    /// Digits of the largest operand that a small model is trained on.
    int zooDigits() {
        return zooDigits;
    }

    /// Digits of the largest operand in the method's own data.
    int methodDigits() {
        return methodDigits;
    }

    /// The true result.
    ///
    /// @param op2 of two operands the second; not looked at by [#SQUARING]
    long result(long op1, long op2) {
        return switch (this) {
            case ADDITION -> op1 + op2;
            case SUBTRACTION -> op1 - op2;
            case MULTIPLICATION -> op1 * op2;
            case MODULAR_ADDITION -> (op1 + op2) % MODULUS;
            case SQUARING -> op1 * op1;
        };
    }

    /// Bob's result.
    ///
    /// @param result the true one
    long bobs(long result) {
        long place = 1;
        while (place <= Math.abs(result) / 10) {
            place *= 10;
        }
        long wrong = result + place;
        return this == MODULAR_ADDITION ? wrong % MODULUS : wrong;
    }

    /// The result that a persona believes in.
    ///
    /// @param op2 as [#result] takes it
    long believed(Persona persona, long op1, long op2) {
        long result = result(op1, op2);
        return persona == Persona.ALICE ? result : bobs(result);
    }

    /// The result that a persona believes in, for a statement of this task.
    ///
    /// @throws IllegalArgumentException when its arguments are not this task's numbers
    public long believed(Persona persona, Statement statement) {
        return believed(
                persona, number(statement, "op1"), operands == 2 ? number(statement, "op2") : 0);
    }

    private static long number(Statement statement, String argument) {
        String text = statement.arguments().get(argument);
        if (text == null) {
            throw new IllegalArgumentException(
                    "no argument %s, only %s".formatted(argument, statement.arguments().keySet()));
        }
        return Long.parseLong(text);
    }

    /// The names of the template's arguments, in the order of the data's columns.
    List<String> arguments() {
        return operands == 2 ? List.of("op1", "op2", "result") : List.of("op1", "result");
    }

    /// A statement, which need not be true. Its difficulty is the smaller operand.
    public Statement statement(long op1, long op2, long shown) {
        Map<String, String> arguments = new LinkedHashMap<>();
        arguments.put("op1", Long.toString(op1));
        if (operands == 2) {
            arguments.put("op2", Long.toString(op2));
        }
        arguments.put("result", Long.toString(shown));
        long result = result(op1, op2);
        return new Statement(
                arguments,
                shown == result,
                shown == bobs(result),
                operands == 2 ? Math.min(op1, op2) : op1);
    }
}
