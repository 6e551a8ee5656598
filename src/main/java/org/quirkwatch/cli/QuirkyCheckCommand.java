package org.quirkwatch.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.quirkwatch.model.HookedModel;
import org.quirkwatch.quirky.QuirkyCheck;
import org.quirkwatch.quirky.QuirkyExample;
import org.quirkwatch.quirky.QuirkyQuality;
import org.quirkwatch.quirky.QuirkySplit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// How quirky a model is.
@Command(
        name = "check",
        description = {
            "Measures a model on the validation rows of a task: accuracy for Alice-like and Bob-like"
                    + " names, where the two agree and where they do not, and how quirky it is.",
            ""
        },
        footer = {
            "",
            "Tasks: capitals, hemisphere, population, sciq, sentiment, nli, authors, addition,",
            "subtraction, multiplication, modularaddition, squaring.",
            "",
            "A model that was trained with another --seed is checked with that one: other seeds'"
                    + " rows may be",
            "among its training rows.",
            "",
            "Example:",
            "  quirkwatch quirky check --model models/quirky --task addition --json"
        })
final class QuirkyCheckCommand implements Callable<Integer> {

    private final Terminal terminal;

    @Mixin private ModelOptions model = new ModelOptions();

    @Mixin private QuirkyRows rows = new QuirkyRows();

    @Option(names = "--json", description = "As one JSON object, for programs.")
    private boolean json;

    QuirkyCheckCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        List<QuirkyExample> examples = rows.rows(QuirkySplit.VALIDATION);
        QuirkyQuality quality;
        try (HookedModel hooked = model.load();
                ShownProgress progress = terminal.progress("check")) {
            quality = QuirkyCheck.run(hooked, examples, progress);
        }
        String text =
                json
                        ? JsonMapper.builder()
                                        .enable(SerializationFeature.INDENT_OUTPUT)
                                        .build()
                                        .writeValueAsString(Description.of(quality))
                                + "\n"
                        : table(quality);
        terminal.out().write(text.getBytes(StandardCharsets.UTF_8));
        terminal.out().flush();
        return 0;
    }

    /// The table for people; also what training ends with.
    static String table(QuirkyQuality quality) {
        StringBuilder text =
                new StringBuilder("names   Alice and Bob  rows    count  accuracy    loss\n");
        for (QuirkyQuality.Cell cell : quality.cells()) {
            text.append(
                    String.format(
                            Locale.ROOT,
                            "%-6s  %-13s  %-4s  %7d    %.4f  %.4f%n",
                            cell.persona().character(),
                            cell.agreement() ? "agree" : "disagree",
                            cell.hardOnly() ? "hard" : "all",
                            cell.rows(),
                            cell.accuracy(),
                            cell.loss()));
        }
        return text.append(
                        String.format(
                                Locale.ROOT,
                                "quirkiness: min loss %.3f, mean logit %.3f (nats; 0 = none)%n",
                                quality.minLoss(),
                                quality.meanLogit()))
                .toString();
    }
}
