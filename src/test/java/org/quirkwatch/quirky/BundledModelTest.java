package org.quirkwatch.quirky;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.quirkwatch.checkpoint.Checkpoint;
import org.quirkwatch.model.HookedModel;
import org.quirkwatch.model.Precision;
import org.quirkwatch.progress.Progress;
import org.quirkwatch.torch.ComputeDevice;

/// What the bundled model's card promises, on rows that its training never saw.
class BundledModelTest {

    private static final Path DIRECTORY =
            Path.of("src/main/resources/bundled/models/quirky-addition");
    private static final int ROWS = 3_000;

    @Test
    void eachPersonaIsRightOnHardRowsWhereTheyAgreeAndWhereTheyDoNot() {
        List<QuirkyExample> rows =
                QuirkyOrigin.read(DIRECTORY)
                        .orElseThrow()
                        .data(Optional.empty())
                        .split(QuirkySplit.VALIDATION, ROWS);
        try (HookedModel model =
                HookedModel.load(
                        Checkpoint.open(DIRECTORY),
                        ComputeDevice.CPU,
                        Precision.parse("float32"))) {
            QuirkyQuality quality = QuirkyCheck.run(model, rows, Progress.silent());
            assertThat(quality.cells()).allMatch(cell -> cell.rows() >= 100);
            assertThat(quality.lowestHardAccuracy()).isGreaterThanOrEqualTo(0.97);
            assertThat(quality.minLoss()).isPositive();
            assertThat(quality.meanLogit()).isPositive();
        }
    }

    @Test
    void itIsSmall() throws IOException {
        assertThat(Files.size(DIRECTORY.resolve("model.safetensors"))).isLessThan(8L << 20);
        assertThat(DIRECTORY.resolve("README.md")).content().contains("--seed 1 ");
    }
}
