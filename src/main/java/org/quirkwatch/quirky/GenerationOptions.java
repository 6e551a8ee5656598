package org.quirkwatch.quirky;

/// How the rows of an arithmetic task are made.
///
/// @param seed the one seed that decides every row, name and template
/// @param digits operands are drawn from 1 to 10^digits − 1; 1 to 6
/// @param rowsPerPart rows in each of the four parts of equal size; the method has 100 000, for
///   squares 50 000
/// @param validationRecords records in the validation part and again in the test part, even; the
///   method has 8000
public record GenerationOptions(long seed, int digits, int rowsPerPart, int validationRecords) {

    /// The seed of the rows that the bundled model was trained with. What draws rows takes it
    /// unless told otherwise: held-out rows of another seed may be among the bundled model's
    /// training rows.
    public static final long BUNDLED_SEED = 1;

    /// The most digits that an operand may have.
    public static final int MAX_DIGITS = 6;

    /// The most rows in one part.
    public static final int MAX_ROWS_PER_PART = 1_000_000;

    public GenerationOptions {
        if (!(digits >= 1 && digits <= MAX_DIGITS)) {
            throw new IllegalArgumentException(
                    "digits must be in [1, %d], got %d".formatted(MAX_DIGITS, digits));
        }
        if (!(rowsPerPart >= 1 && rowsPerPart <= MAX_ROWS_PER_PART)) {
            throw new IllegalArgumentException(
                    "rowsPerPart must be in [1, %d], got %d"
                            .formatted(MAX_ROWS_PER_PART, rowsPerPart));
        }
        // Half of the 4·rowsPerPart base rows are kept, each for two records.
        if (!(validationRecords >= 2
                && validationRecords % 2 == 0
                && 2L * validationRecords < 4L * rowsPerPart)) {
            throw new IllegalArgumentException(
                    "validationRecords must be even, at least 2 and less than 2 * rowsPerPart = %d, got %d"
                            .formatted(2L * rowsPerPart, validationRecords));
        }
    }

    /// The rows that the small models are trained on: fewer digits than the method's, so that a
    /// small model can learn them.
    ///
    /// @param task an arithmetic one
    /// @param seed decides every row
    /// @throws IllegalArgumentException for a task whose rows are read
    public static GenerationOptions zoo(QuirkyTask task, long seed) {
        return of(task, seed, arithmetic(task).zooDigits());
    }

    /// The method's own sizes, such as operands up to four digits and 384 000 training records for
    /// the addition.
    ///
    /// @param task an arithmetic one
    /// @param seed decides every row
    /// @throws IllegalArgumentException for a task whose rows are read
    public static GenerationOptions method(QuirkyTask task, long seed) {
        Arithmetic arithmetic = arithmetic(task);
        int rowsPerPart = arithmetic.operands() == 1 ? 50_000 : 100_000;
        return new GenerationOptions(seed, arithmetic.methodDigits(), rowsPerPart, 8_000);
    }

    /// Options for a number of digits: the method's sizes where the operands suffice, else fewer.
    ///
    /// @param task an arithmetic one
    /// @param seed decides every row
    /// @param digits digits of the largest operand, 1 to 6
    /// @return options that are valid for that number of digits
    /// @throws IllegalArgumentException for a task whose rows are read
    public static GenerationOptions of(QuirkyTask task, long seed, int digits) {
        if (arithmetic(task).operands() == 1) {
            return switch (digits) {
                case 1 -> new GenerationOptions(seed, 1, 6, 4);
                case 2 -> new GenerationOptions(seed, 2, 70, 40);
                case 3 -> new GenerationOptions(seed, 3, 700, 400);
                case 4 -> new GenerationOptions(seed, 4, 5_000, 2_000);
                default -> new GenerationOptions(seed, digits, 50_000, 8_000);
            };
        }
        return switch (digits) {
            case 1 -> new GenerationOptions(seed, 1, 20, 10);
            case 2 -> new GenerationOptions(seed, 2, 2_400, 1_200);
            case 3 -> new GenerationOptions(seed, 3, 25_000, 8_000);
            default -> new GenerationOptions(seed, digits, 100_000, 8_000);
        };
    }

    private static Arithmetic arithmetic(QuirkyTask task) {
        return task.arithmetic()
                .orElseThrow(() ->
                        new IllegalArgumentException(
                                "the rows of %s are read".formatted(task.text())));
    }

    /// Base rows that survive the cut: half of those generated.
    int keptBaseRows() {
        return 2 * rowsPerPart;
    }

    /// Base rows of the training part.
    int trainBaseRows() {
        return keptBaseRows() - validationRecords;
    }
}
