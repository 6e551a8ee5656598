package org.quirkwatch.evaluation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.Stream;
import org.quirkwatch.detector.Aggregation;
import org.quirkwatch.evaluation.Overview.Entry;
import org.quirkwatch.evaluation.Overview.Scored;

/// The tables of the page.
final class ReportTables {

    private static final String OFFLINE = "offline";

    private ReportTables() {}

    static String summary(Overview overview) {
        Table table =
                new Table(
                        "Each task, and what finds its anomalous rows",
                        List.of(
                                "rows",
                                "quirkiness, min loss",
                                "quirkiness, mean logit",
                                "separation",
                                "default detector",
                                "best online*",
                                "best offline*"));
        for (Entry entry : overview.entries()) {
            Optional<ResultLine.Quality> quality = entry.quality();
            table.row(
                    entry.title() + (entry.isQuirky() ? "" : " (not quirky)"),
                    Numbers.two(quality.map(ResultLine.Quality::minLoss).orElse(Double.NaN)),
                    Numbers.two(quality.map(ResultLine.Quality::meanLogit).orElse(Double.NaN)),
                    Numbers.two(
                            entry.geometry().map(ResultLine.Geometry::overall).orElse(Double.NaN)),
                    entry.detector(overview.preferred()).map(ReportTables::interval).orElse("–"),
                    entry.best(false).map(ReportTables::named).orElse("–"),
                    entry.best(true).map(ReportTables::named).orElse("–"));
        }
        return table.html();
    }

    private static String interval(Scored scored) {
        return Numbers.share(scored.auroc()) + Numbers.interval(scored.interval());
    }

    private static String named(Scored scored) {
        return "%s %s".formatted(Numbers.share(scored.auroc()), scored.name());
    }

    /// A heat map per shift: detectors by tasks, the best on average first, online before offline.
    static String detectors(Overview overview) {
        StringBuilder maps = new StringBuilder();
        for (String shift : overview.shifts()) {
            List<Entry> entries = overview.of(shift);
            List<String> columns =
                    Stream.concat(
                                    Stream.of("mean of quirky"),
                                    entries.stream().map(entry -> entry.subject().name()))
                            .toList();
            List<HeatMap.Row> rows = new ArrayList<>();
            for (String name : overview.detectorNames()) {
                List<Double> values =
                        entries.stream()
                                .map(e -> e.detector(name).map(Scored::auroc).orElse(Double.NaN))
                                .toList();
                List<Double> known =
                        entries.stream()
                                .filter(Entry::isQuirky)
                                .flatMap(e -> e.detector(name).stream())
                                .map(Scored::auroc)
                                .toList();
                if (values.stream().anyMatch(value -> !value.isNaN())) {
                    double mean = Overview.mean(known, value -> value);
                    List<Double> all = Stream.concat(Stream.of(mean), values.stream()).toList();
                    rows.add(new HeatMap.Row(name, note(overview, entries, name), all));
                }
            }
            rows.sort(
                    Comparator.comparingInt((HeatMap.Row row) -> row.note().equals(OFFLINE) ? 1 : 0)
                            .thenComparingDouble(row -> -row.values().getFirst()));
            maps.append(
                    new HeatMap(
                                    "AUROC of detectors, " + entries.getFirst().shiftText(),
                                    "detector",
                                    columns,
                                    rows)
                            .html());
        }
        return maps.toString();
    }

    private static String note(Overview overview, List<Entry> entries, String name) {
        boolean offline =
                entries.stream()
                        .flatMap(entry -> entry.detector(name).stream())
                        .anyMatch(Scored::offline);
        return name.equals(overview.preferred()) ? "default" : offline ? OFFLINE : "";
    }

    /// Heat maps of tasks by layers: of the default, and of the best online detector on average.
    static String layers(Overview overview) {
        Optional<String> best =
                overview.detectorNames().stream()
                        .filter(name -> !name.equals(overview.preferred()))
                        .filter(name -> online(overview, name) && hasLayers(overview, name))
                        .max(Comparator.comparingDouble(name -> mean(overview, name)));
        StringBuilder maps = new StringBuilder();
        if (hasLayers(overview, overview.preferred())) {
            maps.append(layers(overview, overview.preferred(), "default"));
        }
        best.ifPresent(
                name -> maps.append(layers(overview, name, "best of the others on average")));
        return maps.toString();
    }

    private static boolean online(Overview overview, String name) {
        return overview.entries().stream()
                .flatMap(entry -> entry.detector(name).stream())
                .noneMatch(Scored::offline);
    }

    private static boolean hasLayers(Overview overview, String name) {
        return overview.entries().stream()
                .flatMap(entry -> entry.detector(name).stream())
                .anyMatch(scored -> scored.layers().size() > 1);
    }

    private static double mean(Overview overview, String name) {
        return Overview.mean(
                overview.entries().stream()
                        .flatMap(entry -> entry.detector(name).stream())
                        .toList(),
                Scored::auroc);
    }

    private static String layers(Overview overview, String name, String what) {
        List<String> columns =
                overview.entries().stream()
                        .flatMap(entry -> entry.detector(name).stream())
                        .flatMap(scored -> scored.layers().sequencedKeySet().stream())
                        .distinct()
                        .toList();
        List<HeatMap.Row> rows = new ArrayList<>();
        for (Entry entry : overview.entries()) {
            entry.detector(name)
                    .ifPresent(scored -> {
                        SequencedMap<String, Double> layers = scored.layers();
                        List<Double> values =
                                Stream.concat(
                                                columns.stream()
                                                        .map(c ->
                                                                layers.getOrDefault(c, Double.NaN)),
                                                Stream.of(
                                                        scored.auroc(),
                                                        scored.auroc(Aggregation.MEAN)))
                                        .toList();
                        rows.add(new HeatMap.Row(entry.title(), "", values));
                    });
        }
        List<String> heads =
                Stream.concat(
                                columns.stream().map(LayerNames::shortened),
                                Stream.of("standardised mean", "raw mean"))
                        .toList();
        return new HeatMap("AUROC of layers: %s (%s)".formatted(name, what), "rows", heads, rows)
                .html();
    }

    static String flags(Overview overview) {
        Table table =
                new Table(
                        "What the default detector flags at its calibrated levels",
                        List.of(
                                "rows",
                                "alpha",
                                "normal rows flagged",
                                "99 % band",
                                "with calibration",
                                "within",
                                "anomalous rows flagged",
                                "p-values: distance from uniform"));
        for (Entry entry : overview.entries()) {
            entry.detector(overview.preferred())
                    .ifPresent(scored ->
                            scored.flags()
                                    .forEach(flag ->
                                            table.row(
                                                    entry.title(),
                                                    Double.toString(flag.alpha()),
                                                    Numbers.percent(flag.falseRate()),
                                                    band(flag.band()),
                                                    band(flag.calibratedBand()),
                                                    within(flag),
                                                    Numbers.percent(flag.trueRate()),
                                                    Numbers.share(
                                                            scored.uniformity().distance()))));
        }
        return table.html();
    }

    private static String within(ResultLine.Flags flag) {
        return flag.band().contains(flag.falseRate())
                ? "yes"
                : flag.calibratedBand().contains(flag.falseRate()) ? "the wider" : "no";
    }

    private static String band(Interval band) {
        return "%s – %s".formatted(Numbers.percent(band.low()), Numbers.percent(band.high()));
    }

    /// Empty where nothing of ours was published for other models.
    static String published(Overview overview) {
        List<PublishedRow> rows = PublishedRow.of(overview);
        if (rows.isEmpty()) {
            return "";
        }
        return new HeatMap(
                        "AUROC of the mean over layers, easy → hard",
                        "task and detector",
                        List.of("ours", "Mistral 7B", "Llama 3.1 8B"),
                        rows.stream()
                                .map(row ->
                                        new HeatMap.Row(
                                                row.task(),
                                                row.detector(),
                                                List.of(row.ours(), row.mistral(), row.llama())))
                                .toList())
                .html();
    }

    static String all(Overview overview) {
        Table table =
                new Table(
                        "Every detector on every task",
                        List.of(
                                "rows",
                                "detector",
                                "AUROC",
                                "95 %",
                                "range",
                                "AP",
                                "agree",
                                "disagree",
                                "raw mean",
                                "max",
                                "best layer",
                                "kept",
                                "seconds"));
        for (Entry entry : overview.entries()) {
            for (Scored scored : entry.detectors().values()) {
                table.row(
                        entry.title(),
                        scored.name() + (scored.offline() ? " (offline)" : ""),
                        Numbers.share(scored.auroc()),
                        Numbers.interval(scored.interval()).strip(),
                        Numbers.share(scored.range()),
                        Numbers.share(scored.ap()),
                        Numbers.share(scored.subset(true)),
                        Numbers.share(scored.subset(false)),
                        Numbers.share(scored.auroc(Aggregation.MEAN)),
                        Numbers.share(scored.auroc(Aggregation.MAX)),
                        Numbers.share(
                                scored.layers().values().stream()
                                        .mapToDouble(value -> value)
                                        .max()
                                        .orElse(Double.NaN)),
                        Numbers.share(scored.remainder()),
                        Numbers.two(scored.seconds()));
            }
        }
        return table.html();
    }

    /// Empty where everything could be evaluated.
    static String problems(Overview overview) {
        Table table = new Table("Why not", List.of("rows", "detector", "reason"));
        overview.entries()
                .forEach(entry ->
                        entry.problems()
                                .forEach((name, reason) -> table.row(entry.title(), name, reason)));
        return table.isEmpty() ? "" : table.html();
    }
}
