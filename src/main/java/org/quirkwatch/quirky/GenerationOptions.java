package org.quirkwatch.quirky;

/// How the addition task's rows are made.
///
/// @param seed the one seed that decides every row, name and template
/// @param digits operands are drawn from 1 to 10^digits − 1; 1 to 6. The method has 4, the bundled
///   model 3
/// @param rowsPerPart rows in each of the four parts of equal size; the method has 100 000
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
        // Pairs are unique within a part, and the rare ones take long to come up: leave room.
        double pairs = Math.pow(Math.pow(10, digits) - 1, 2);
        if (!(rowsPerPart <= pairs / 4)) {
            throw new IllegalArgumentException(
                    "rowsPerPart must be at most a quarter of the %.0f operand pairs of %d digits, got %d"
                            .formatted(pairs, digits, rowsPerPart));
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

    /// The rows of the bundled model: operands up to three digits.
    ///
    /// @param seed decides every row
    /// @return options with 3 digits
    public static GenerationOptions bundled(long seed) {
        return of(seed, 3);
    }

    /// The method's own sizes: operands up to four digits, 384 000 training records.
    ///
    /// @param seed decides every row
    /// @return options with 4 digits
    public static GenerationOptions method(long seed) {
        return of(seed, 4);
    }

    /// Options for a number of digits: the method's sizes where the operand pairs suffice, else
    /// fewer.
    ///
    /// @param seed decides every row
    /// @param digits digits of the largest operand, 1 to 6
    /// @return options that are valid for that number of digits
    public static GenerationOptions of(long seed, int digits) {
        return switch (digits) {
            case 1 -> new GenerationOptions(seed, 1, 20, 10);
            case 2 -> new GenerationOptions(seed, 2, 2_000, 1_000);
            case 3 -> new GenerationOptions(seed, 3, 25_000, 8_000);
            default -> new GenerationOptions(seed, digits, 100_000, 8_000);
        };
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
