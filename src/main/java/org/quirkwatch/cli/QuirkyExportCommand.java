package org.quirkwatch.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.quirkwatch.dataset.DataCard;
import org.quirkwatch.dataset.DataSets;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.quirky.QuirkyData;
import org.quirkwatch.quirky.QuirkyOrigin;
import org.quirkwatch.quirky.QuirkyTask;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// A task's data in the published raw format.
@Command(
        name = "export",
        description = {
            "Writes the data of a task in the published raw format: train.jsonl, validation.jsonl and"
                    + " test.jsonl, with a card. Rows of an arithmetic task are generated, those of the others"
                    + " are made from the project's own facts.",
            ""
        },
        footer = {
            "",
            "Tasks: capitals, hemisphere, population, sciq, sentiment, nli, authors, addition,",
            "subtraction, multiplication, modularaddition, squaring.",
            "",
            "Example:",
            "  quirkwatch quirky export --task subtraction --digits 4 --output data/subtraction"
        })
final class QuirkyExportCommand implements Callable<Integer> {

    private final Terminal terminal;

    @Option(
            names = "--task",
            required = true,
            paramLabel = "NAME",
            description = "The task, such as addition; see below.")
    private QuirkyTask task;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "" + DataSets.SEED,
            description = "Decides the rows (default: " + DataSets.SEED + ").")
    private long seed;

    @Option(
            names = "--digits",
            paramLabel = "N",
            description =
                    "Of an arithmetic task, digits of the largest operand (default: as many as the"
                            + " small models learn; the method has 3 to 5).")
    private Optional<Integer> digits = Optional.empty();

    @Option(
            names = "--output",
            required = true,
            paramLabel = "DIR",
            description = "The folder to make; it must not hold a data set yet.")
    private Path output;

    QuirkyExportCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        if (Files.exists(output.resolve("train.jsonl"))) {
            throw new Problem(
                    ProblemCode.INVALID_FILE,
                    "%s: holds a data set already; choose another folder"
                            .formatted(output.getFileName()));
        }
        QuirkyData data = data();
        data.write(output);
        DataCard.write(data, output);
        terminal.note("%d records: %s".formatted(data.counts().records(), output));
        return 0;
    }

    private QuirkyData data() {
        if (!task.isGenerated()) {
            if (digits.isPresent()) {
                throw new Problem(
                        ProblemCode.INVALID_REQUEST,
                        "--digits is for arithmetic tasks, %s is made of facts"
                                .formatted(task.text()));
            }
            return DataSets.make(task, seed);
        }
        QuirkyOrigin zoo = QuirkyOrigin.zoo(task, seed);
        return QuirkyRows.origin(task, seed, digits.orElse(zoo.digits())).data(Optional.empty());
    }
}
