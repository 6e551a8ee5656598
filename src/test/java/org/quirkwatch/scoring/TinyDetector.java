package org.quirkwatch.scoring;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.artifact.Artifact;
import org.quirkwatch.artifact.ArtifactDirectory;
import org.quirkwatch.checkpoint.Checkpoint;
import org.quirkwatch.detector.Aggregation;
import org.quirkwatch.detector.Rules;
import org.quirkwatch.fitting.Fit;
import org.quirkwatch.fitting.FitOptions;
import org.quirkwatch.model.HookedModel;
import org.quirkwatch.model.Precision;
import org.quirkwatch.progress.Progress;
import org.quirkwatch.signal.Signal;
import org.quirkwatch.torch.ComputeDevice;

/// A real detector for tests: a golden checkpoint with random weights, fitted and calibrated on
/// prompts of sums. Made once per run of the tests.
final class TinyDetector {

    /// The checkpoint.
    static final Path MODEL = Path.of("src/test/resources/golden/llama-tied");

    private static final int TRUSTED = 2_600;
    private static @Nullable Path directory;

    private TinyDetector() {}

    /// The directory of the artifact.
    static synchronized Path directory() {
        Path known = directory;
        if (known == null) {
            try (HookedModel model = load()) {
                FitOptions options = FitOptions.defaults("tiny-mahalanobis");
                List<Signal> trusted = signals(TRUSTED, new SplittableRandom(7));
                Artifact artifact = Fit.fit(model, trusted, List.of(), options, Progress.silent());
                Path folder = Files.createTempDirectory("quirkwatch-test");
                Path made = folder.resolve("tiny");
                ArtifactDirectory.write(artifact, made);
                deleteAtTheEnd(folder);
                known = made;
                directory = made;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return known;
    }

    /// A detector on activations.
    ///
    /// @param layers what enters these blocks; none for what every block puts out
    static Artifact fitted(String id, String rule, List<Integer> layers, List<Signal> trusted) {
        FitOptions plain = FitOptions.defaults(id);
        FitOptions options =
                new FitOptions(
                        id,
                        plain.features(),
                        plain.combination(),
                        layers,
                        plain.hookPoints(),
                        plain.positions(),
                        plain.sae(),
                        rule,
                        Map.of(),
                        plain.aggregation(),
                        plain.calibrationShare(),
                        plain.seed());
        try (HookedModel model = load()) {
            return Fit.fit(model, trusted, List.of(), options, Progress.silent());
        }
    }

    /// A detector by a rule that learns from untrusted rows too, on a feature with heads.
    static Artifact offline() {
        return withHeads("tiny-quantum-entropy", "quantum-entropy", 400);
    }

    /// A detector on what heads contribute to the answer.
    ///
    /// @param trusted signals, and a fourth as many untrusted ones where the rule learns from such
    static Artifact withHeads(String id, String rule, int trusted) {
        FitOptions plain = FitOptions.defaults(id);
        FitOptions options =
                new FitOptions(
                        id,
                        List.of("attribution-mean"),
                        plain.combination(),
                        plain.layers(),
                        plain.hookPoints(),
                        plain.positions(),
                        plain.sae(),
                        rule,
                        Map.of(),
                        // Of a rule that counts, all scores may be the same.
                        Aggregation.MEAN,
                        plain.calibrationShare(),
                        plain.seed());
        List<Signal> untrusted =
                Rules.named(rule).offline()
                        ? signals(trusted / 4, new SplittableRandom(8))
                        : List.of();
        try (HookedModel model = load()) {
            List<Signal> signals = signals(trusted, new SplittableRandom(7));
            return Fit.fit(model, signals, untrusted, options, Progress.silent());
        }
    }

    /// A folder before what is in it, since the last named is deleted first.
    private static void deleteAtTheEnd(Path folder) throws IOException {
        try (Stream<Path> paths = Files.walk(folder)) {
            paths.forEach(path -> path.toFile().deleteOnExit());
        }
    }

    static HookedModel load() {
        return HookedModel.load(Checkpoint.open(MODEL), ComputeDevice.CPU, Precision.FLOAT32);
    }

    /// Sums of very different lengths, right and wrong.
    static List<Signal> signals(int count, RandomGenerator random) {
        List<Signal> signals = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            StringBuilder prompt = new StringBuilder();
            int terms = random.nextInt(2, 12);
            int sum = 0;
            for (int term = 0; term < terms; term++) {
                int value = random.nextInt(1_000);
                sum += value;
                prompt.append(term == 0 ? "" : " + ").append(value);
            }
            prompt.append(" = ").append(sum + (random.nextBoolean() ? 1 : 0));
            signals.add(
                    new Signal(
                            "t" + i,
                            prompt.toString(),
                            random.nextBoolean() ? " Yes" : " No",
                            List.of(" No", " Yes")));
        }
        return signals;
    }
}
