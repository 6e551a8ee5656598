package org.quirkwatch.evaluation;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.quirkwatch.evaluation.Overview.Entry;
import org.quirkwatch.evaluation.Overview.Scored;

/// The report as one page that needs nothing else: styles and pictures are in it.
final class HtmlReport {

    private static final String TITLE = "How well detectors tell";

    private final Overview overview;
    private final StringBuilder body = new StringBuilder();
    private final List<String[]> contents = new ArrayList<>();

    private HtmlReport(Overview overview) {
        this.overview = overview;
    }

    static String of(Overview overview) {
        return new HtmlReport(overview).page();
    }

    private String page() {
        section("summary", "Summary", ReportTables.summary(overview) + note(Wording.PICKED));
        section(
                "detectors",
                "Detectors and tasks",
                HeatMap.legend() + ReportTables.detectors(overview) + note(Wording.AUROC));
        section(
                "layers",
                "Layers",
                HeatMap.legend()
                        + ReportTables.layers(overview)
                        + note(
                                "AUROC of each layer by itself. Layers of one block that several"
                                        + " features look at stand apart."));
        for (int i = 0; i < overview.entries().size(); i++) {
            pictures(overview.entries().get(i), "rows-" + (i + 1));
        }
        section("flags", "What is flagged", ReportTables.flags(overview) + note(Wording.BANDS));
        String published = ReportTables.published(overview);
        if (!published.isEmpty()) {
            section(
                    "published",
                    "Beside published numbers of other models",
                    published + note(Wording.PUBLISHED));
        }
        section(
                "all",
                "All results",
                ReportTables.all(overview)
                        + note(
                                "Agree: rows where normal and anomalous behaviour give the same"
                                        + " label, so that only how the model comes to it tells"
                                        + " them apart. Kept: the share of normal rows that a filter"
                                        + " keeps which misses no anomalous one. Range: largest less"
                                        + " smallest AUROC over seeds. A head of a column sorts."));
        String problems = ReportTables.problems(overview);
        if (!problems.isEmpty()) {
            section("problems", "Could not be evaluated", problems);
        }
        return """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>%s</title>
        <style>
        %s</style>
        </head>
        <body>
        <header>
        <h1>%s</h1>
        <p>%s</p>
        <nav aria-label="Contents"><ul>%s</ul></nav>
        </header>
        <main>
        %s</main>
        <script>
        %s</script>
        </body>
        </html>
        """
                .formatted(
                        Html.escaped(TITLE),
                        resource("report.css"),
                        Html.escaped(TITLE),
                        introduction(),
                        contents(),
                        body,
                        resource("report.js"));
    }

    private String introduction() {
        long models =
                overview.entries().stream()
                        .map(entry -> entry.subject().modelDigest())
                        .distinct()
                        .count();
        int seeds =
                overview.entries().stream()
                        .flatMap(entry -> entry.detectors().values().stream())
                        .mapToInt(scored -> scored.cells().size())
                        .max()
                        .orElse(0);
        return "%s, %s, up to %s. Each detector was fitted on trusted rows and tested on normal and anomalous ones. Default detector: <code>%s</code>."
                .formatted(
                        count(models, "model"),
                        count(overview.detectorNames().size(), "detector"),
                        count(seeds, "seed"),
                        Html.escaped(overview.preferred()));
    }

    private static String count(long number, String thing) {
        return "%d %s%s".formatted(number, thing, number == 1 ? "" : "s");
    }

    private String contents() {
        StringBuilder links = new StringBuilder();
        for (String[] entry : contents) {
            links.append(
                    Html.element("li", Html.text("a href=\"#%s\"".formatted(entry[0]), entry[1])));
        }
        return links.toString();
    }

    private void section(String id, String title, String content) {
        contents.add(new String[] {id, title});
        body.append(
                        Html.element(
                                "section id=\"%s\"".formatted(id),
                                Html.text("h2", title) + "\n" + content))
                .append('\n');
    }

    private static String note(String text) {
        return Html.text("p class=\"note\"", text);
    }

    private void pictures(Entry entry, String id) {
        StringBuilder figures = new StringBuilder();
        figures.append(RocPicture.of(entry, overview.preferred(), id + "-roc"));
        Optional<Scored> shown = entry.detector(overview.preferred()).or(() -> entry.best(false));
        shown.flatMap(Scored::pictures)
                .ifPresent(pictures ->
                        figures.append(
                                ScorePicture.of(
                                        entry, shown.orElseThrow(), pictures, id + "-scores")));
        entry.geometry()
                .ifPresent(geometry ->
                        figures.append(ScatterPicture.of(entry, geometry, id + "-plane")));
        shown.flatMap(scored -> scored.cells().getFirst().result())
                .ifPresent(result ->
                        result.pictures()
                                .ifPresent(pictures ->
                                        figures.append(
                                                UniformityPicture.of(
                                                        entry,
                                                        shown.orElseThrow(),
                                                        pictures,
                                                        result.rows(),
                                                        id + "-p"))));
        section(
                id,
                entry.title(),
                facts(entry) + Html.element("div class=\"figures\"", figures.toString()));
    }

    private static String facts(Entry entry) {
        String rows =
                entry.detectors().values().stream()
                        .findFirst()
                        .flatMap(scored -> scored.cells().getFirst().result())
                        .map(ResultLine.Result::rows)
                        .map(c ->
                                "Fitted on %d trusted rows, scaled on %d and calibrated on %d others; tested on %d normal and %d anomalous ones. "
                                        .formatted(
                                                c.fit(),
                                                c.scale(),
                                                c.calibration(),
                                                c.normal(),
                                                c.anomalous()))
                        .orElse("");
        String quality =
                entry.quality()
                        .map(q ->
                                "Quirkiness %s (min loss) and %s (mean logit); lowest accuracy of a persona's own answers %s."
                                        .formatted(
                                                Numbers.two(q.minLoss()),
                                                Numbers.two(q.meanLogit()),
                                                Numbers.share(q.lowestAccuracy())))
                        .orElse("");
        return note(rows + quality);
    }

    private static String resource(String name) {
        try (InputStream in = HtmlReport.class.getResourceAsStream("/report/" + name)) {
            if (in == null) {
                throw new IllegalStateException("report/%s is not in the jar".formatted(name));
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
