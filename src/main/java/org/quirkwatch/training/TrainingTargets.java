package org.quirkwatch.training;

import java.util.Arrays;
import org.quirkwatch.quirky.Arithmetic;
import org.quirkwatch.quirky.Persona;
import org.quirkwatch.quirky.QuirkyTask;
import org.quirkwatch.quirky.Statement;

/// What a decoder is asked for in training beside the answer, as digits of 0 to 9: at the question
/// the *belief* that the answer goes by, and after each number of a statement that number. A small
/// decoder without these targets needs several times the steps to learn to calculate; and they are
/// how a model comes to know facts before it is asked about them.
///
/// @param places digits of a belief and of a number, at most the tokens of the question after its
///   blank line
/// @param numbers the most numbers of a statement; 0 where it is made of words
record TrainingTargets(int places, int numbers) {

    /// Where nothing is asked for.
    static final int NONE = -100;

    /// Of a task.
    static TrainingTargets of(QuirkyTask task) {
        return task.arithmetic()
                .map(arithmetic ->
                        switch (arithmetic) {
                            case ADDITION -> new TrainingTargets(4, 3);
                            case SUBTRACTION, MULTIPLICATION -> new TrainingTargets(5, 3);
                            case MODULAR_ADDITION -> new TrainingTargets(3, 4);
                            case SQUARING -> new TrainingTargets(6, 3);
                        })
                .orElse(new TrainingTargets(2, 0));
    }

    /// Columns of a row of targets: last position, answer token, position of the first belief
    /// digit, the belief's digits; then for each number the position after it and its digits.
    int columns() {
        return 3 + places + numbers * (1 + places);
    }

    /// A row of targets with nothing asked for yet.
    long[] empty() {
        long[] row = new long[columns()];
        Arrays.fill(row, NONE);
        for (int number = 0; number < numbers; number++) {
            row[numberColumn(number)] = 0;
        }
        return row;
    }

    /// The column of the position after a number; its digits follow.
    int numberColumn(int number) {
        return 3 + places + number * (1 + places);
    }

    /// Writes what a believer goes by: the last digits of the result, units first, and of a
    /// difference its sign; elsewhere what Alice and what Bob calls the statement.
    void belief(QuirkyTask task, Statement statement, Persona believer, long[] row) {
        task.arithmetic()
                .ifPresentOrElse(
                        arithmetic -> {
                            long believed = arithmetic.believed(believer, statement);
                            boolean signed = arithmetic == Arithmetic.SUBTRACTION;
                            digits(Math.abs(believed), row, 3, signed ? places - 1 : places);
                            if (signed) {
                                row[3 + places - 1] = believed < 0 ? 1 : 0;
                            }
                        },
                        () -> {
                            row[3] = statement.aliceLabel() ? 1 : 0;
                            row[4] = statement.bobLabel() ? 1 : 0;
                        });
    }

    /// Writes a number of the statement.
    ///
    /// @param number which, from 0
    /// @param position of the token after it
    void number(int number, int position, long value, long[] row) {
        int column = numberColumn(number);
        row[column] = position;
        digits(value, row, column + 1, places);
    }

    private static void digits(long value, long[] row, int column, int count) {
        long rest = value;
        for (int i = 0; i < count; i++) {
            row[column + i] = rest % 10;
            rest /= 10;
        }
    }
}
