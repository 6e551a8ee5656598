package org.quirkwatch.evaluation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.quirkwatch.fitting.LayerRows;
import org.quirkwatch.fitting.Split;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.progress.Progress;
import org.quirkwatch.quirky.QuirkyCheck;
import org.quirkwatch.quirky.QuirkyExample;
import org.quirkwatch.quirky.QuirkyQuality;

/// The cells of a model on the rows of a shift. For one thread; cells are computed on others.
final class SubjectRun {

    private static final int VALIDATION_ROWS = 2000;

    private final GridState state;
    private final GridOptions options;
    private final ResultFile results;

    private final Grid.Task task;
    private final EvaluationData data;
    private final LazyModel model;
    private final ExecutorService threads;
    private final FeatureCapture capture;
    private final FeatureCapture.Rows trusted;
    private final FeatureCapture.Rows test;
    private final ResultLine.Subject subject;
    private final List<Optional<Boolean>> agreement;

    SubjectRun(
            GridState state,
            Grid.Task task,
            EvaluationData data,
            LazyModel model,
            ExecutorService threads) {
        this.state = state;
        this.options = state.options();
        this.results = state.results();
        this.task = task;
        this.data = data;
        this.model = model;
        this.threads = threads;
        String where = "%s, %s: ".formatted(data.name(), data.shift().text());
        this.capture = new FeatureCapture(model, state.cache(), what -> state.status(where + what));
        this.trusted = FeatureCapture.Rows.of("trusted", data.trusted());
        this.test = FeatureCapture.Rows.of("test", data.test());
        this.agreement = data.test().stream().map(EvaluationRow::agreement).toList();
        this.subject =
                new ResultLine.Subject(
                        task.model().name(),
                        task.model().checkpoint().digest(),
                        data.name(),
                        data.shift().text(),
                        Sha256.of(
                                trusted.digest(),
                                test.digest(),
                                Integer.toString(data.normal().size()),
                                agreement.toString()));
    }

    void run() {
        quality();
        for (int seed = 0; seed < options.seeds(); seed++) {
            Map<DetectorChoice, String> missing = missing(seed);
            state.known(options.detectors().size() - missing.size());
            if (!missing.isEmpty()) {
                run(seed, missing);
            }
        }
        geometry();
    }

    /// The detectors that have no result yet, with their keys.
    private Map<DetectorChoice, String> missing(int seed) {
        Map<DetectorChoice, String> missing = new LinkedHashMap<>();
        for (DetectorChoice choice : options.detectors()) {
            String key = key(choice, seed);
            if (!results.has(key)) {
                missing.put(choice, key);
            }
        }
        return missing;
    }

    private String key(DetectorChoice choice, int seed) {
        return key(
                "cell",
                task.model().look().text(),
                choice.feature(),
                choice.ruleText(),
                untrusted(choice),
                Integer.toString(seed),
                Double.toString(options.calibrationShare()),
                options.alphas().toString());
    }

    private String key(String... what) {
        return Sha256.of(
                Stream.concat(
                                Stream.of(
                                        Grid.VERSION,
                                        task.model().text(),
                                        subject.data(),
                                        subject.shift(),
                                        subject.rowsDigest()),
                                Stream.of(what))
                        .toArray(String[]::new));
    }

    private String untrusted(DetectorChoice choice) {
        if (!choice.offline()) {
            return "";
        }
        return switch (options.untrusted()) {
            case TEST -> options.untrusted().text();
            case UNTRUSTED_TRAIN ->
                    "%s %s"
                            .formatted(
                                    options.untrusted().text(),
                                    Sha256.ofRows(EvaluationData.signals(data.untrusted())));
        };
    }

    private void run(int seed, Map<DetectorChoice, String> missing) {
        Map<String, List<DetectorChoice>> byFeature = new LinkedHashMap<>();
        missing.keySet()
                .forEach(choice ->
                        byFeature
                                .computeIfAbsent(choice.feature(), f -> new ArrayList<>())
                                .add(choice));
        Split split;
        try {
            split = Split.of(data.trusted().size(), share(), seed);
        } catch (Problem e) {
            missing.forEach((choice, key) -> state.append(failure(choice, key, seed, e)));
            return;
        }
        FeatureCapture.Wanted wanted = wanted(split, missing);
        capture.prepare(byFeature.keySet().stream().map(FeatureText::parse).toList(), wanted);
        byFeature.forEach(
                (feature, choices) -> run(seed, split, wanted, feature, choices, missing));
    }

    /// More than was asked for where rows are few: half of them may be held out.
    private double share() {
        double least = Split.leastShare(data.trusted().size());
        return least <= 0.5
                ? Math.max(least, options.calibrationShare())
                : options.calibrationShare();
    }

    private FeatureCapture.Wanted wanted(Split split, Map<DetectorChoice, String> missing) {
        List<FeatureCapture.Rows> sets = new ArrayList<>(List.of(trusted, test));
        if (options.untrusted() == UntrustedSource.UNTRUSTED_TRAIN
                && !data.untrusted().isEmpty()
                && missing.keySet().stream().anyMatch(DetectorChoice::offline)) {
            sets.add(FeatureCapture.Rows.of("untrusted", data.untrusted()));
        }
        return new FeatureCapture.Wanted(sets, split.fit());
    }

    private void run(
            int seed,
            Split split,
            FeatureCapture.Wanted wanted,
            String feature,
            List<DetectorChoice> choices,
            Map<DetectorChoice, String> keys) {
        List<LayerRows> rows;
        try {
            rows = capture.get(FeatureText.parse(feature), wanted);
        } catch (RuntimeException e) {
            choices.forEach(c -> state.append(failure(c, keys.getOrDefault(c, ""), seed, e)));
            return;
        }
        Optional<LayerRows> untrusted =
                options.untrusted() == UntrustedSource.TEST
                        ? Optional.of(rows.get(1))
                        : rows.size() > 2 ? Optional.of(rows.get(2)) : Optional.empty();
        CellRun run =
                new CellRun(
                        rows.get(0),
                        untrusted,
                        rows.get(1),
                        agreement,
                        data.normal().size(),
                        split,
                        options.alphas());
        List<Future<ResultLine.Cell>> cells = new ArrayList<>();
        for (DetectorChoice choice : choices) {
            String key = keys.getOrDefault(choice, "");
            cells.add(threads.submit(() -> cell(run, choice, key, seed)));
        }
        // In order, so that one file of results is like another.
        for (int i = 0; i < cells.size(); i++) {
            state.status(
                    "%s, %s, seed %d: %s/%s"
                            .formatted(
                                    subject.name(),
                                    subject.shift(),
                                    seed,
                                    feature,
                                    choices.get(i).ruleText()));
            state.append(get(cells.get(i)));
        }
    }

    private ResultLine.Cell cell(CellRun run, DetectorChoice choice, String key, int seed) {
        long begin = System.nanoTime();
        try {
            if (choice.offline() && run.untrusted().isEmpty()) {
                throw new Problem(
                        ProblemCode.INVALID_FIT,
                        "%s: there are no untrusted rows beside the tested ones, which %s needs"
                                .formatted(data.name(), choice.rule()));
            }
            ResultLine.Result result =
                    run.run(choice, seed, Long.parseUnsignedLong(key.substring(0, 16), 16));
            return new ResultLine.Cell(
                    key,
                    subject,
                    detector(choice, seed),
                    Optional.of(result),
                    Optional.empty(),
                    (System.nanoTime() - begin) / 1e9);
        } catch (RuntimeException e) {
            return failure(choice, key, seed, e);
        }
    }

    private ResultLine.Detector detector(DetectorChoice choice, int seed) {
        return new ResultLine.Detector(
                choice.feature(),
                choice.ruleText(),
                choice.offline(),
                choice.offline() ? options.untrusted().text() : "",
                seed,
                options.calibrationShare());
    }

    private ResultLine.Cell failure(
            DetectorChoice choice, String key, int seed, RuntimeException e) {
        return new ResultLine.Cell(
                key,
                subject,
                detector(choice, seed),
                Optional.empty(),
                Optional.of(e instanceof Problem problem ? problem.detail() : e.toString()),
                0);
    }

    private void quality() {
        List<QuirkyExample> examples = task.source().validation(VALIDATION_ROWS);
        // The same under every shift.
        String key =
                Sha256.of(
                        Grid.VERSION,
                        "quality",
                        task.model().text(),
                        subject.data(),
                        Sha256.ofRows(examples.stream().map(QuirkyExample::signal).toList()));
        if (examples.isEmpty() || results.has(key)) {
            return;
        }
        state.status("%s: quirkiness".formatted(subject.name()));
        QuirkyQuality quality = QuirkyCheck.run(model.get(), examples, Progress.silent());
        results.append(
                new ResultLine.Quality(
                        key,
                        subject,
                        quality.minLoss(),
                        quality.meanLogit(),
                        quality.isQuirky(),
                        quality.cells().stream()
                                .filter(cell -> !cell.hardOnly() && cell.rows() > 0)
                                .mapToDouble(QuirkyQuality.Cell::accuracy)
                                .min()
                                .orElse(Double.NaN),
                        examples.size()));
    }

    /// Of activations, where any detector looks at them.
    private void geometry() {
        String feature = "activation";
        String key = key("geometry", task.model().look().text(), feature);
        boolean looked = options.detectors().stream().anyMatch(c -> c.feature().equals(feature));
        if (!looked || results.has(key)) {
            return;
        }
        state.status("%s, %s: separation".formatted(subject.name(), subject.shift()));
        FeatureCapture.Wanted wanted =
                new FeatureCapture.Wanted(
                        List.of(trusted, test),
                        IntStream.range(0, data.trusted().size()).boxed().toList());
        try {
            List<LayerRows> rows = capture.get(FeatureText.parse(feature), wanted);
            results.append(
                    GeometryRun.of(
                            key, subject, feature, rows.get(0), rows.get(1), data.normal().size()));
        } catch (Problem e) {
            // The cells of the feature have said why already.
            state.status("no separation: " + e.detail());
        }
    }

    private static ResultLine.Cell get(Future<ResultLine.Cell> cell) {
        try {
            return cell.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Problem(ProblemCode.INTERNAL, "the evaluation was interrupted", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw new IllegalStateException(e);
        }
    }
}
