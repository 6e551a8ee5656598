package org.quirkwatch.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quirkwatch.artifact.Artifact;
import org.quirkwatch.artifact.ArtifactDirectory;
import org.quirkwatch.artifact.KeptRows;
import org.quirkwatch.lane.Judge;
import org.quirkwatch.lane.UntrustedWindow;
import org.quirkwatch.lane.Window;
import org.quirkwatch.lane.WindowLimits;
import org.quirkwatch.linalg.Matrix;

class UntrustedWindowTest {

    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    @TempDir static Path folder;
    private static Artifact artifact;

    private Instant now = START;

    @BeforeAll
    static void fit() {
        Artifact fitted = TinyDetector.offline();
        ArtifactDirectory.write(fitted, folder.resolve("offline"));
        artifact = ArtifactDirectory.read(folder.resolve("offline"));
        assertThat(artifact).isEqualTo(fitted);
        assertThat(artifact.kept().hasHeldOut()).isTrue();
    }

    @Test
    void judgesByTheRowsOfTheFitUntilThereAreEnough() throws Exception {
        try (UntrustedWindow window = window(new WindowLimits(40, 30, 5, Duration.ofHours(1)))) {
            assertThat(window.current().window())
                    .contains(
                            new Window(
                                    0,
                                    artifact.provenance().nUntrusted(),
                                    Optional.empty(),
                                    Optional.empty()));
            assertThat(window.current().detector()).isSameAs(artifact.detector());
            saw(window, 29, 1);
            Thread.sleep(50);
            assertThat(window.fits()).isZero();
        }
    }

    @Test
    void theNewJudgeIsThatOfAFitWithTheWindowsRowsAndItsCalibrationIsOfTheHeldOutRows()
            throws Exception {
        try (UntrustedWindow window = window(new WindowLimits(40, 30, 30, Duration.ofHours(1)))) {
            saw(window, 20, 1);
            now = START.plusSeconds(7);
            saw(window, 10, 2);
            Judge judge = await(window, 1);

            assertThat(judge.window())
                    .contains(
                            new Window(
                                    1, 30, Optional.of(START), Optional.of(START.plusSeconds(7))));
            Map<String, Matrix> both = new LinkedHashMap<>();
            rows(20, 1).forEach((layer, first) -> both.put(layer, joined(layer, first)));
            Artifact.Refitted expected = artifact.withUntrusted(both);
            Map<String, Matrix> some = rows(5, 9);
            assertThat(judge.detector().score(some).aggregated())
                    .isEqualTo(expected.detector().score(some).aggregated());
            double[] heldOut =
                    judge.detector().score(artifact.kept().calibration()).aggregated().clone();
            java.util.Arrays.sort(heldOut);
            assertThat(judge.calibration().scores()).isEqualTo(heldOut);
            assertThat(judge.detector().score(some).aggregated())
                    .isNotEqualTo(artifact.detector().score(some).aggregated());
            assertThat(window.of(judge.window())).contains(judge);
            assertThat(window.of(Optional.of(new Window(9, 1, Optional.empty(), Optional.empty()))))
                    .isEmpty();
        }
    }

    @Test
    void holdsTheLastRowsOnlyAndFitsAgainAfterATime() throws Exception {
        try (UntrustedWindow window =
                window(new WindowLimits(40, 30, 1000, Duration.ofMinutes(1)))) {
            saw(window, 90, 1);
            assertThat(window.rows()).isEqualTo(40);
            now = START.plusSeconds(60);
            saw(window, 1, 2);
            Window known = await(window, 1).window().orElseThrow();
            assertThat(known.rows()).isEqualTo(40);
            now = START.plusSeconds(120);
            saw(window, 1, 3);
            assertThat(await(window, 2).window().orElseThrow().number()).isEqualTo(2);
        }
    }

    @Test
    void whoSeesAFitCountedFindsTheWindowReadyForTheNext() throws Exception {
        try (UntrustedWindow window = window(new WindowLimits(40, 30, 1, Duration.ofHours(1)))) {
            saw(window, 30, 1);
            for (int fits = 1; fits < 40; fits++) {
                while (window.fits() < fits) {
                    Thread.onSpinWait();
                }
                saw(window, 1, fits);
            }
            await(window, 40);
        }
    }

    @Test
    void rowsThatDoNotVaryLeaveWhatHolds() throws Exception {
        try (UntrustedWindow window = window(new WindowLimits(40, 30, 30, Duration.ofHours(1)))) {
            Map<String, Matrix> same = new LinkedHashMap<>();
            rows(1, 1)
                    .forEach((layer, row) -> {
                        double[][] repeated = new double[30][];
                        java.util.Arrays.fill(repeated, row.row(0));
                        same.put(layer, Matrix.ofRows(repeated));
                    });
            window.saw(same, IntStream.range(0, 30).boxed().toList());
            for (int i = 0; i < 500 && window.failures() == 0; i++) {
                Thread.sleep(10);
            }
            assertThat(window.failures()).isEqualTo(1);
            assertThat(window.current().detector()).isSameAs(artifact.detector());
            saw(window, 40, 4);
            assertThat(await(window, 1).window().orElseThrow().rows()).isEqualTo(40);
        }
    }

    @Test
    void beforeItIsOpenedNothingIsTraffic() {
        try (UntrustedWindow window =
                new UntrustedWindow(
                        artifact, new WindowLimits(40, 2, 1, Duration.ofHours(1)), () -> now)) {
            saw(window, 30, 1);
            assertThat(window.rows()).isZero();
        }
    }

    @Test
    void anArtifactWithoutHeldOutRowsHasNoWindow() {
        Artifact without =
                new Artifact(
                        "without",
                        artifact.features(),
                        artifact.detector(),
                        artifact.calibration(),
                        artifact.provenance(),
                        KeptRows.NONE);
        assertThatThrownBy(() ->
                        new UntrustedWindow(
                                without,
                                new WindowLimits(40, 2, 1, Duration.ofHours(1)),
                                () -> now))
                .hasMessageContaining("keeps no held-out rows");
    }

    private UntrustedWindow window(WindowLimits limits) {
        UntrustedWindow window = new UntrustedWindow(artifact, limits, () -> now);
        window.open();
        return window;
    }

    private static Judge await(UntrustedWindow window, int fits) throws InterruptedException {
        for (int i = 0; i < 1000 && window.fits() < fits; i++) {
            Thread.sleep(10);
        }
        assertThat(window.fits()).isEqualTo(fits);
        return window.current();
    }

    private static void saw(UntrustedWindow window, int count, long seed) {
        window.saw(rows(count, seed), IntStream.range(0, count).boxed().toList());
    }

    private static Matrix joined(String layer, Matrix first) {
        List<double[]> all = new ArrayList<>();
        Matrix second = Objects.requireNonNull(rows(10, 2).get(layer));
        for (int i = 0; i < first.rows(); i++) {
            all.add(first.row(i));
        }
        for (int i = 0; i < second.rows(); i++) {
            all.add(second.row(i));
        }
        return Matrix.ofRows(all.toArray(double[][]::new));
    }

    private static Map<String, Matrix> rows(int count, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Map<String, Matrix> rows = new LinkedHashMap<>();
        artifact.detector()
                .layers()
                .widths()
                .forEach((layer, width) ->
                        rows.put(
                                layer,
                                Matrix.wrap(
                                        count,
                                        width,
                                        random.doubles((long) count * width, -1, 1).toArray())));
        return rows;
    }
}
