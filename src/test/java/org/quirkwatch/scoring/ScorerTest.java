package org.quirkwatch.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quirkwatch.artifact.Artifact;
import org.quirkwatch.artifact.ArtifactDirectory;
import org.quirkwatch.artifact.Provenance;
import org.quirkwatch.checkpoint.Checkpoint;
import org.quirkwatch.checkpoint.SafetensorsFile;
import org.quirkwatch.checkpoint.SafetensorsWriter;
import org.quirkwatch.model.BatchBounds;
import org.quirkwatch.model.HookedModel;
import org.quirkwatch.model.Precision;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.signal.Signal;
import org.quirkwatch.torch.ComputeDevice;
import org.quirkwatch.torch.DType;

class ScorerTest {

    private final Artifact artifact = ArtifactDirectory.read(TinyDetector.directory());

    @Test
    void judgesSignalsInOrderAndSaysOfWhichThereIsNoScore() {
        try (HookedModel model = TinyDetector.load()) {
            Scorer scorer = new Scorer(model, artifact);
            List<Signal> signals =
                    new ArrayList<>(TinyDetector.signals(40, new SplittableRandom(2)));
            signals.add(17, new Signal("long", "7 ".repeat(3_000), " Yes", List.of()));
            List<Verdict> verdicts =
                    scorer.judge(signals, Policy.standard(), new BatchBounds(7, 600));

            assertThat(verdicts)
                    .extracting(Verdict::id)
                    .containsExactlyElementsOf(signals.stream().map(Signal::id).toList());
            assertThat(verdicts.get(17)).isInstanceOf(Verdict.Unscored.class);
            assertThat(verdicts).filteredOn(Verdict.Scored.class::isInstance).hasSize(40);
        }
    }

    @Test
    void trustedSignalsThatFittedNothingAreMostlyAccepted() {
        try (HookedModel model = TinyDetector.load()) {
            List<Verdict> verdicts =
                    new Scorer(model, artifact)
                            .judge(
                                    TinyDetector.signals(1_000, new SplittableRandom(99)),
                                    Policy.standard(),
                                    BatchBounds.DEFAULT);
            long flagged = verdicts.stream().filter(Verdict::flagged).count();

            // 10 are expected; the deviation of 1000 draws and of the calibration is below 5.
            assertThat(flagged).isLessThanOrEqualTo(30);
        }
    }

    @Test
    void refusesADetectorOfAnotherModel() {
        Path other = TinyDetector.MODEL.resolveSibling("llama-gqa");
        try (HookedModel model =
                HookedModel.load(Checkpoint.open(other), ComputeDevice.CPU, Precision.FLOAT32)) {
            assertThatThrownBy(() -> new Scorer(model, artifact))
                    .isInstanceOfSatisfying(
                            Problem.class,
                            problem ->
                                    assertThat(problem.code())
                                            .isEqualTo(ProblemCode.ARTIFACT_MISMATCH));
        }
    }

    @Test
    void numbersThatAreNotFiniteAreNoScore(@TempDir Path directory) throws IOException {
        Path overflowing = withOverflow(directory);
        try (HookedModel model =
                HookedModel.load(
                        Checkpoint.open(overflowing), ComputeDevice.CPU, Precision.FLOAT32)) {
            Provenance from = artifact.provenance();
            Artifact moved =
                    new Artifact(
                            "moved",
                            artifact.features(),
                            artifact.detector(),
                            artifact.calibration(),
                            new Provenance(
                                    model.identity(),
                                    from.dataDigest(),
                                    from.nFit(),
                                    from.nScale(),
                                    from.nCalibration(),
                                    from.untrustedDigest(),
                                    from.nUntrusted(),
                                    from.seed(),
                                    from.codeVersion()));
            Verdict verdict =
                    new Scorer(model, moved)
                            .judge(
                                    TinyDetector.signals(1, new SplittableRandom(1)),
                                    Policy.standard(),
                                    BatchBounds.DEFAULT)
                            .getFirst();

            assertThat(verdict.disposition()).isEqualTo(Disposition.REVIEW);
            assertThat(verdict)
                    .isInstanceOfSatisfying(
                            Verdict.Unscored.class,
                            unscored -> {
                                assertThat(unscored.reason().code())
                                        .isEqualTo(ProblemCode.NON_FINITE);
                                assertThat(unscored.reason().detail())
                                        .isEqualTo("1 of 3 taps gave values that are not finite");
                            });
        }
    }

    /// The checkpoint with weights in the last block that are finite but too large for float32.
    private static Path withOverflow(Path directory) throws IOException {
        Path target = Files.createDirectory(directory.resolve("overflowing"));
        for (String name : List.of("config.json", "tokenizer.json", "tokenizer_config.json")) {
            Files.copy(TinyDetector.MODEL.resolve(name), target.resolve(name));
        }
        SafetensorsFile weights =
                SafetensorsFile.open(TinyDetector.MODEL.resolve("model.safetensors"));
        List<SafetensorsWriter.Entry> entries =
                weights.names().stream()
                        .map(name ->
                                new SafetensorsWriter.Entry(
                                        name, DType.FLOAT32, weights.info(name).shape()))
                        .toList();
        try (SafetensorsWriter writer =
                SafetensorsWriter.create(
                        target.resolve("model.safetensors"), entries, weights.metadata())) {
            for (String name : weights.names()) {
                float[] values = weights.readFloats(name);
                if (name.contains("layers.2.mlp.up_proj")
                        || name.contains("layers.2.mlp.down_proj")) {
                    for (int i = 0; i < values.length; i++) {
                        values[i] *= 1e30f;
                    }
                }
                writer.write(name, values);
            }
            writer.commit();
        }
        return target;
    }
}
