package org.quirkwatch.evaluation;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.quirkwatch.detector.Aggregation;
import org.quirkwatch.evaluation.Overview.Entry;
import org.quirkwatch.evaluation.Overview.Scored;

/// The report in Markdown: the tables without the pictures.
final class MarkdownReport {

    private final Overview overview;
    private final StringBuilder text = new StringBuilder();

    private MarkdownReport(Overview overview) {
        this.overview = overview;
    }

    static String of(Overview overview) {
        MarkdownReport report = new MarkdownReport(overview);
        report.write();
        return report.text.toString();
    }

    private void write() {
        text.append("# Evaluation\n\n");
        text.append(Wording.AUROC).append("\n\n");
        text.append("Default detector: `").append(overview.preferred()).append("`.\n");
        summary();
        for (String shift : overview.shifts()) {
            detectors(shift);
        }
        flags();
        published();
        problems();
    }

    private void table(String title, List<String> header, List<List<String>> rows) {
        text.append("\n## ").append(title).append("\n\n");
        line(header);
        line(header.stream().map(h -> h.equals(header.getFirst()) ? "---" : "---:").toList());
        rows.forEach(this::line);
    }

    private void line(List<String> cells) {
        text.append(cells.stream().collect(Collectors.joining(" | ", "| ", " |\n")));
    }

    private void summary() {
        table(
                "Summary",
                List.of(
                        "rows",
                        "quirkiness (min loss)",
                        "quirkiness (mean logit)",
                        "separation",
                        "default",
                        "best online*",
                        "best offline*"),
                overview.entries().stream()
                        .map(entry ->
                                List.of(
                                        entry.title(),
                                        Numbers.two(minLoss(entry)),
                                        Numbers.two(
                                                entry.quality()
                                                        .map(ResultLine.Quality::meanLogit)
                                                        .orElse(Double.NaN)),
                                        Numbers.two(
                                                entry.geometry()
                                                        .map(ResultLine.Geometry::overall)
                                                        .orElse(Double.NaN)),
                                        withInterval(entry.detector(overview.preferred())),
                                        named(entry.best(false)),
                                        named(entry.best(true))))
                        .toList());
        text.append("\n\\* ").append(Wording.PICKED).append('\n');
    }

    private static double minLoss(Entry entry) {
        return entry.quality().map(ResultLine.Quality::minLoss).orElse(Double.NaN);
    }

    private static String withInterval(Optional<Scored> scored) {
        return scored.map(s -> Numbers.share(s.auroc()) + Numbers.interval(s.interval()))
                .orElse("–");
    }

    private static String named(Optional<Scored> scored) {
        return scored.map(s -> "%s %s".formatted(Numbers.share(s.auroc()), s.name())).orElse("–");
    }

    private void detectors(String shift) {
        List<Entry> entries = overview.of(shift);
        List<String> header =
                java.util.stream.Stream.concat(
                                java.util.stream.Stream.of("detector"),
                                entries.stream().map(entry -> entry.subject().name()))
                        .toList();
        table(
                "AUROC, " + entries.getFirst().shiftText(),
                header,
                overview.detectorNames().stream()
                        .map(name ->
                                java.util.stream.Stream.concat(
                                                java.util.stream.Stream.of(name),
                                                entries.stream().map(entry -> cell(entry, name)))
                                        .toList())
                        .toList());
        text.append("\nIn brackets that of the mean of raw scores, as the paper has it.\n");
    }

    private static String cell(Entry entry, String name) {
        return entry.detector(name)
                .map(scored ->
                        "%s (%s)"
                                .formatted(
                                        Numbers.share(scored.auroc()),
                                        Numbers.share(scored.auroc(Aggregation.MEAN))))
                .orElse("–");
    }

    private void flags() {
        table(
                "What the default detector flags",
                List.of(
                        "rows",
                        "alpha",
                        "normal rows flagged",
                        "99 % band",
                        "band with calibration",
                        "anomalous rows flagged",
                        "p-values: distance from uniform"),
                overview.entries().stream()
                        .flatMap(entry ->
                                entry.detector(overview.preferred()).stream()
                                        .flatMap(s ->
                                                s.flags().stream()
                                                        .map(flag -> flagRow(entry, s, flag))))
                        .toList());
        text.append('\n').append(Wording.BANDS).append('\n');
    }

    private static List<String> flagRow(Entry entry, Scored scored, ResultLine.Flags flag) {
        return List.of(
                entry.title(),
                Double.toString(flag.alpha()),
                Numbers.percent(flag.falseRate()),
                band(flag.band()),
                band(flag.calibratedBand()),
                Numbers.percent(flag.trueRate()),
                Numbers.share(scored.uniformity().distance()));
    }

    private static String band(Interval band) {
        return Numbers.percent(band.low()) + " – " + Numbers.percent(band.high());
    }

    private void published() {
        List<List<String>> rows =
                PublishedRow.of(overview).stream()
                        .map(row ->
                                List.of(
                                        row.task(),
                                        row.detector(),
                                        Numbers.share(row.ours()),
                                        Numbers.share(row.mistral()),
                                        Numbers.share(row.llama())))
                        .toList();
        if (!rows.isEmpty()) {
            table(
                    "Beside published numbers of other models",
                    List.of("task", "detector", "ours", "Mistral 7B", "Llama 3.1 8B"),
                    rows);
            text.append('\n').append(Wording.PUBLISHED).append('\n');
        }
    }

    private void problems() {
        List<List<String>> rows =
                overview.entries().stream()
                        .flatMap(entry ->
                                entry.problems().entrySet().stream()
                                        .map(p -> List.of(entry.title(), p.getKey(), p.getValue())))
                        .toList();
        if (!rows.isEmpty()) {
            table("Could not be evaluated", List.of("rows", "detector", "why"), rows);
        }
    }
}
