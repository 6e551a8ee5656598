package org.quirkwatch.cli;

import java.util.List;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.quirky.AdditionTask;
import org.quirkwatch.quirky.GenerationOptions;
import org.quirkwatch.quirky.QuirkyExample;
import org.quirkwatch.quirky.QuirkySplit;
import picocli.CommandLine.Option;

/// Which rows of which task.
final class QuirkyRows {

    @Option(
            names = "--task",
            required = true,
            paramLabel = "NAME",
            description = "The task: addition.")
    private QuirkyTask task;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "" + GenerationOptions.BUNDLED_SEED,
            description =
                    "Decides every row, name and form of the prompt (default: "
                            + GenerationOptions.BUNDLED_SEED
                            + ", with which the bundled model was trained: held-out rows of another"
                            + " seed may be among its training rows).")
    private long seed;

    @Option(
            names = "--digits",
            paramLabel = "N",
            defaultValue = "3",
            description =
                    "Digits of the largest operand, 1 to 6 (default: 3, as of the bundled model;"
                            + " the method has 4).")
    private int digits = 3;

    @Option(
            names = "--limit",
            paramLabel = "N",
            description =
                    "Most rows (default: 4000, as the method has; all of train and validation).")
    private int limit;

    /// The rows of a split.
    ///
    /// @throws Problem `invalid-request` for numbers out of their range
    List<QuirkyExample> rows(QuirkySplit split) {
        if (!(digits >= 1 && digits <= GenerationOptions.MAX_DIGITS)) {
            throw new Problem(
                    ProblemCode.INVALID_REQUEST,
                    "--digits must be 1 to %d, got %d"
                            .formatted(GenerationOptions.MAX_DIGITS, digits));
        }
        if (!(limit >= 0)) {
            throw new Problem(
                    ProblemCode.INVALID_REQUEST, "--limit must be 1 or more, got " + limit);
        }
        GenerationOptions options = GenerationOptions.of(seed, digits);
        return switch (task) {
            case ADDITION -> AdditionTask.generate(options).split(split, mostRows(split));
        };
    }

    private int mostRows(QuirkySplit split) {
        if (limit > 0) {
            return limit;
        }
        boolean whole = split == QuirkySplit.TRAIN || split == QuirkySplit.VALIDATION;
        return whole ? Integer.MAX_VALUE : AdditionTask.METHOD_CAP;
    }
}
