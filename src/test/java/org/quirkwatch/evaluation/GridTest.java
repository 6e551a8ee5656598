package org.quirkwatch.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quirkwatch.checkpoint.Checkpoint;
import org.quirkwatch.evaluation.ResultLine.Aggregated;
import org.quirkwatch.evaluation.ResultLine.Cell;
import org.quirkwatch.evaluation.ResultLine.Geometry;
import org.quirkwatch.fitting.DetectMatrices;
import org.quirkwatch.fitting.LayerRows;
import org.quirkwatch.model.Precision;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.progress.Progress;
import org.quirkwatch.torch.ComputeDevice;

/// Runs the whole of it on a tiny model.
class GridTest {

    private static final Path MODEL = Path.of("src/test/resources/golden/llama-gqa");
    private static final List<DetectorChoice> DETECTORS =
            Stream.of(
                            "activation/mahalanobis",
                            "activation/lof:k=5",
                            "activation/isolation-forest",
                            "activation/quantum-entropy",
                            "attribution-mean/lof",
                            "merge(activation+attribution-mean)/mahalanobis",
                            "surprisal/value")
                    .map(DetectorChoice::parse)
                    .toList();

    @TempDir static Path folder;

    private static Path data;
    private static List<ResultLine> lines = List.of();
    private static final List<String> NOTES = new ArrayList<>();

    @BeforeAll
    static void runOnce() throws IOException {
        data = EvaluationFolder.write(folder.resolve("rows"), 240, 60);
        Grid.Outcome outcome = run("once", DETECTORS, 2);
        assertThat(outcome).isEqualTo(new Grid.Outcome(14, 14, 0));
        lines = read("once");
    }

    @Test
    void everyDetectorHasAResultForEverySeed() {
        assertThat(cells(lines)).hasSize(14);
        assertThat(cells(lines).stream().map(cell -> cell.detector().name()).distinct())
                .containsExactlyElementsOf(
                        DETECTORS.stream().map(d -> d.feature() + "/" + d.ruleText()).toList());
        assertThat(cells(lines))
                .allSatisfy(cell -> {
                    assertThat(cell.problem()).isEmpty();
                    ResultLine.Result result = cell.result().orElseThrow();
                    assertThat(result.rows()).isEqualTo(new ResultLine.Counts(120, 24, 96, 60, 60));
                    assertThat(result.aggregated()).hasSize(5);
                    assertThat(result.pictures()).isPresent();
                    Aggregated mean = result.of("mean").orElseThrow();
                    assertThat(mean.aurocInterval().orElseThrow().contains(mean.auroc())).isTrue();
                    assertThat(result.of("max").orElseThrow().aurocInterval()).isEmpty();
                    assertThat(mean.agree().normal()).isEqualTo(30);
                    assertThat(mean.disagree().auroc()).isPresent();
                    assertThat(mean.flags().stream().map(ResultLine.Flags::alpha))
                            .containsExactly(0.02, 0.1);
                });
        // Something else than sums is found by whoever looks at activations.
        assertThat(cells(lines).getFirst().result().orElseThrow().of("mean").orElseThrow().auroc())
                .isGreaterThan(0.99);
    }

    @Test
    void scoresAreThoseOfFittingOnTheSameMatrices() {
        FeatureCache cache = cache("once");
        try (LazyModel model = new LazyModel(model())) {
            EvaluationData rows = new FolderSource(data).data(Shift.AS_GIVEN, 4000);
            FeatureCapture.Wanted wanted =
                    new FeatureCapture.Wanted(
                            List.of(
                                    FeatureCapture.Rows.of("trusted", rows.trusted()),
                                    FeatureCapture.Rows.of("test", rows.test())),
                            List.of());
            List<LayerRows> features =
                    new FeatureCapture(model, cache, what -> {})
                            .get(FeatureText.parse("activation"), wanted);
            DetectMatrices.Detection detection =
                    DetectMatrices.run(
                            new DetectMatrices.Options(
                                    "mahalanobis",
                                    Map.of(),
                                    org.quirkwatch.detector.Aggregation.STANDARDISED_MEAN,
                                    0.5,
                                    1),
                            features.get(0),
                            java.util.Optional.empty(),
                            features.get(1),
                            Progress.silent());
            double[] scores = detection.scores().aggregated();
            Ranking ranking =
                    Ranking.of(
                            java.util.Arrays.copyOf(scores, 60),
                            java.util.Arrays.copyOfRange(scores, 60, 120));
            Cell cell =
                    cells(lines).stream()
                            .filter(c -> c.detector().seed() == 1)
                            .findFirst()
                            .orElseThrow();
            Aggregated found = cell.result().orElseThrow().of("standardised-mean").orElseThrow();
            assertThat(found.auroc()).isCloseTo(ranking.auroc(), within(1e-12));
            double flagged =
                    java.util.Arrays.stream(detection.pValues(), 0, 60).filter(p -> p < 0.1).count()
                            / 60.0;
            assertThat(found.flags().getLast().falseRate()).isCloseTo(flagged, within(1e-12));
        }
    }

    @Test
    void whatIsThereIsNotComputedAgain() throws IOException {
        assertThat(run("once", DETECTORS, 2)).isEqualTo(new Grid.Outcome(14, 0, 0));
        List<DetectorChoice> more = new ArrayList<>(DETECTORS);
        more.add(DetectorChoice.parse("activation/diagonal"));
        copy("once", "more");
        assertThat(run("more", more, 2)).isEqualTo(new Grid.Outcome(16, 2, 0));
    }

    @Test
    void keptFeaturesDoWithoutTheModel() throws IOException {
        copy("once", "kept");
        Files.delete(folder.resolve("kept/cells.ndjson"));
        EvaluationModel without =
                new EvaluationModel(
                        Checkpoint.open(MODEL),
                        ComputeDevice.CPU,
                        // Asked of the model, this would be another file; the key is the same.
                        Precision.AUTO,
                        EvaluationModel.Look.STANDARD);
        try (LazyModel model = new LazyModel(without)) {
            EvaluationData rows = new FolderSource(data).data(Shift.AS_GIVEN, 4000);
            FeatureCapture.Rows trusted = FeatureCapture.Rows.of("trusted", rows.trusted());
            List<String> asked = new ArrayList<>();
            new FeatureCapture(model, cache("kept"), asked::add)
                    .get(
                            FeatureText.parse("activation"),
                            new FeatureCapture.Wanted(List.of(trusted), List.of()));
            assertThat(asked).isEmpty();
        }
    }

    @Test
    void anInterruptedRunGoesOnAndEndsAlike() throws IOException {
        copy("once", "cut");
        Path cells = folder.resolve("cut/cells.ndjson");
        List<String> all = Files.readAllLines(cells);
        Files.write(cells, all.subList(0, 5));
        Files.writeString(cells, all.get(5).substring(0, 40), StandardOpenOption.APPEND);
        NOTES.clear();
        assertThat(run("cut", DETECTORS, 2).computed()).isEqualTo(9);
        assertThat(NOTES)
                .anySatisfy(note -> assertThat(note).contains("cells.ndjson", "last line"));
        assertThat(withoutSeconds(Files.readAllLines(cells)))
                .containsExactlyInAnyOrderElementsOf(withoutSeconds(all));
    }

    @Test
    void aDamagedFileOfFeaturesIsMadeAnewWithANote() throws IOException {
        copy("once", "damaged");
        Files.delete(folder.resolve("damaged/cells.ndjson"));
        List<Path> files;
        try (Stream<Path> entries = Files.list(folder.resolve("damaged/features"))) {
            files =
                    entries.filter(f -> f.getFileName().toString().startsWith("activation"))
                            .toList();
        }
        assertThat(files).hasSize(2);
        byte[] bytes = Files.readAllBytes(files.getFirst());
        bytes[bytes.length - 3000] ^= 1;
        Files.write(files.getFirst(), bytes);
        Files.write(files.getLast(), new byte[] {1, 2, 3});
        NOTES.clear();
        assertThat(run("damaged", DETECTORS, 2).failed()).isZero();
        assertThat(NOTES)
                .hasSize(2)
                .allSatisfy(n -> assertThat(n).contains("made anew", "activation"));
        // Captured by itself instead of together with others, a value may round otherwise.
        assertThat(read("damaged").stream().map(ResultLine::key))
                .containsExactlyInAnyOrderElementsOf(lines.stream().map(ResultLine::key).toList());
    }

    @Test
    void aSmallLimitOfKeptFeaturesCostsTimeButNoResult() throws IOException {
        Grid.Outcome outcome;
        try (ResultFile results =
                ResultFile.open(
                        Files.createDirectories(folder.resolve("small")).resolve("cells.ndjson"),
                        NOTES::add)) {
            FeatureCache cache = new FeatureCache(folder.resolve("small/features"), 1, NOTES::add);
            outcome = run(cache, results, DETECTORS, 1);
        }
        assertThat(outcome).isEqualTo(new Grid.Outcome(7, 7, 0));
        try (Stream<Path> files = Files.list(folder.resolve("small/features"))) {
            // The one that was needed last.
            assertThat(files.count()).isLessThanOrEqualTo(4);
        }
    }

    @Test
    void whatCannotBeFittedIsAResultWithItsReason() throws IOException {
        List<DetectorChoice> detectors =
                List.of(
                        // A rule that compares layers on a feature that has one, and a feature that
                        // needs a folder that was not given.
                        DetectorChoice.parse("surprisal/ted"),
                        DetectorChoice.parse("sae/l0"),
                        DetectorChoice.parse("activation/mahalanobis"));
        Grid.Outcome outcome = run("failing", detectors, 1);
        List<Cell> cells = cells(read("failing"));
        assertThat(outcome).isEqualTo(new Grid.Outcome(3, 3, 2));
        Map<String, String> reasons =
                cells.stream()
                        .collect(
                                Collectors.toMap(
                                        cell -> cell.detector().name(),
                                        cell -> cell.problem().orElse("none")));
        assertThat(reasons.get("activation/mahalanobis")).isEqualTo("none");
        assertThat(reasons.get("surprisal/ted")).contains("the rule ted compares layers");
        assertThat(reasons.get("sae/l0")).contains("sae");
    }

    @Test
    void offlineRulesLearnFromOtherRowsWhereThatIsAskedFor() throws IOException {
        Path more = EvaluationFolder.write(folder.resolve("more"), 240, 60);
        EvaluationFolder.write(
                more.resolve("untrusted.jsonl"),
                50,
                i -> EvaluationFolder.row("u" + i, "zq vb %d xj kw!! %d".formatted(i, i * 31), i));
        List<DetectorChoice> offline = List.of(DetectorChoice.parse("activation/quantum-entropy"));
        for (Path rows : List.of(more, data)) {
            try (ResultFile results =
                    ResultFile.open(folder.resolve("offline.ndjson"), NOTES::add)) {
                Grid.run(
                        List.of(new Grid.Task(model(), new FolderSource(rows))),
                        options(offline, 1, UntrustedSource.UNTRUSTED_TRAIN),
                        cache("offline"),
                        results,
                        Progress.silent());
            }
        }
        List<Cell> cells = cells(ResultFile.read(folder.resolve("offline.ndjson"), NOTES::add));
        assertThat(cells).hasSize(2);
        assertThat(cells.getFirst().detector().untrusted()).isEqualTo("untrusted-train");
        assertThat(cells.getFirst().result()).isPresent();
        assertThat(cells.getLast().problem().orElseThrow())
                .isEqualTo(
                        "rows: there are no untrusted rows beside the tested ones, which quantum-entropy needs");
    }

    @Test
    void separationAndPointsAreOfTheLayerThatSeparatesMost() {
        Geometry geometry =
                lines.stream()
                        .filter(Geometry.class::isInstance)
                        .map(Geometry.class::cast)
                        .findFirst()
                        .orElseThrow();
        double best = geometry.separations().values().stream().mapToDouble(d -> d).max().orElse(0);
        assertThat(geometry.separations()).hasSize(3).containsEntry(geometry.layer(), best);
        assertThat(geometry.points().get("trusted")).hasSize(240);
        assertThat(geometry.points().get("anomalous")).hasSize(60);
    }

    @Test
    void twoEvaluationsDoNotWriteToOneFile() throws IOException {
        Path cells = folder.resolve("locked.ndjson");
        try (ResultFile file = ResultFile.open(cells, NOTES::add)) {
            assertThat(file.lines()).isEmpty();
            assertThatThrownBy(() -> ResultFile.open(cells, NOTES::add))
                    .isInstanceOf(Problem.class)
                    .hasMessage("locked.ndjson: another evaluation writes to it");
        }
    }

    @Test
    void aLineThatIsNoResultIsNamed() throws IOException {
        Path cells = folder.resolve("bad.ndjson");
        String good = Files.readAllLines(folder.resolve("once/cells.ndjson")).getFirst();
        for (String bad : List.of("{", "{\"kind\": \"x\"}", "{\"kind\": \"cell\"}", "[1]", "3")) {
            Files.write(cells, List.of(good, bad, good));
            assertThatThrownBy(() -> ResultFile.open(cells, NOTES::add))
                    .isInstanceOf(Problem.class)
                    .hasMessageContaining("bad.ndjson: line 2 ");
        }
    }

    private static List<String> withoutSeconds(List<String> lines) {
        return lines.stream()
                .map(line -> Sha256.of(line.replaceAll("\"seconds\":[-+.0-9eE]+", "")))
                .toList();
    }

    private static List<Cell> cells(List<ResultLine> lines) {
        return lines.stream().filter(Cell.class::isInstance).map(Cell.class::cast).toList();
    }

    private static void copy(String from, String to) throws IOException {
        Files.createDirectories(folder.resolve(to).resolve("features"));
        try (Stream<Path> files = Files.walk(folder.resolve(from))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(file, folder.resolve(to).resolve(folder.resolve(from).relativize(file)));
            }
        }
    }

    private static EvaluationModel model() {
        return new EvaluationModel(
                Checkpoint.open(MODEL),
                ComputeDevice.CPU,
                Precision.AUTO,
                EvaluationModel.Look.STANDARD);
    }

    private static FeatureCache cache(String name) {
        return new FeatureCache(folder.resolve(name).resolve("features"), 1L << 30, NOTES::add);
    }

    private static List<ResultLine> read(String name) {
        return ResultFile.read(folder.resolve(name).resolve("cells.ndjson"), NOTES::add);
    }

    private static Grid.Outcome run(String name, List<DetectorChoice> detectors, int seeds)
            throws IOException {
        Files.createDirectories(folder.resolve(name));
        try (ResultFile results =
                ResultFile.open(folder.resolve(name).resolve("cells.ndjson"), NOTES::add)) {
            return run(cache(name), results, detectors, seeds);
        }
    }

    private static Grid.Outcome run(
            FeatureCache cache, ResultFile results, List<DetectorChoice> detectors, int seeds) {
        return Grid.run(
                List.of(new Grid.Task(model(), new FolderSource(data))),
                options(detectors, seeds, UntrustedSource.TEST),
                cache,
                results,
                Progress.silent());
    }

    private static GridOptions options(
            List<DetectorChoice> detectors, int seeds, UntrustedSource untrusted) {
        return new GridOptions(
                List.of(Shift.EASY_TO_HARD),
                detectors,
                seeds,
                0.5,
                List.of(0.001, 0.02, 0.1),
                untrusted,
                4000,
                2);
    }
}
