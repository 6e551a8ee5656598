package org.quirkwatch.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.quirky.GenerationOptions;
import org.quirkwatch.quirky.QuirkyData;
import org.quirkwatch.quirky.QuirkyExample;
import org.quirkwatch.quirky.QuirkyOrigin;
import org.quirkwatch.quirky.QuirkySplit;
import org.quirkwatch.quirky.QuirkyTask;
import picocli.CommandLine.Option;

/// Which rows of which task.
final class QuirkyRows {

    @Option(
            names = "--task",
            required = true,
            paramLabel = "NAME",
            description = "The task, such as addition; see below.")
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
            description =
                    "Of an arithmetic task, digits of the largest operand, 1 to 6 (default: as many"
                            + " as the small models learn; the method has 3 to 5).")
    private Optional<Integer> digits = Optional.empty();

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description =
                    "A data set in the published raw format: files train*, validation* and test*,"
                            + " .jsonl or .parquet (default: generated rows for an arithmetic task,"
                            + " else the small data set that comes with the project).")
    private Optional<Path> data = Optional.empty();

    @Option(
            names = "--limit",
            paramLabel = "N",
            description =
                    "Most rows (default: 4000, as the method has; all of train and validation).")
    private int limit;

    /// The data of the task.
    ///
    /// @throws Problem `invalid-request` for numbers out of their range
    QuirkyData data() {
        QuirkyOrigin zoo = QuirkyOrigin.zoo(task, seed);
        if (digits.isEmpty()) {
            return zoo.data(data);
        }
        int number = digits.get();
        if (!task.isGenerated() || data.isPresent()) {
            throw new Problem(
                    ProblemCode.INVALID_REQUEST,
                    "--digits is for generated rows; those of %s are read".formatted(task.text()));
        }
        return origin(task, seed, number).data(data);
    }

    /// The origin of generated rows.
    ///
    /// @throws Problem `invalid-request` for a number of digits out of its range
    static QuirkyOrigin origin(QuirkyTask task, long seed, int digits) {
        if (!(digits >= 1 && digits <= GenerationOptions.MAX_DIGITS)) {
            throw new Problem(
                    ProblemCode.INVALID_REQUEST,
                    "--digits must be 1 to %d, got %d"
                            .formatted(GenerationOptions.MAX_DIGITS, digits));
        }
        return new QuirkyOrigin(task, seed, digits);
    }

    /// The rows of a split.
    ///
    /// @throws Problem `invalid-request` for numbers out of their range
    List<QuirkyExample> rows(QuirkySplit split) {
        if (!(limit >= 0)) {
            throw new Problem(
                    ProblemCode.INVALID_REQUEST, "--limit must be 1 or more, got " + limit);
        }
        return data().split(split, mostRows(split));
    }

    private int mostRows(QuirkySplit split) {
        if (limit > 0) {
            return limit;
        }
        boolean whole = split == QuirkySplit.TRAIN || split == QuirkySplit.VALIDATION;
        return whole ? Integer.MAX_VALUE : QuirkyData.METHOD_CAP;
    }
}
