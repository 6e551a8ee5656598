package org.quirkwatch.quirky;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.quirkwatch.checkpoint.Checkpoint;
import org.quirkwatch.model.HookedModel;
import org.quirkwatch.model.Precision;
import org.quirkwatch.progress.Progress;
import org.quirkwatch.torch.ComputeDevice;

class ZooTest {

    private static final Path ZOO = Path.of("zoo");
    private static final String NOT_QUIRKY = "did not become quirky";
    private static final int ROWS = 200;
    private static final long MOST_BYTES = 64 << 20;

    static List<Path> models() throws IOException {
        try (Stream<Path> entries = Files.list(ZOO)) {
            return entries.filter(Files::isDirectory).sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void aModelIsAsQuirkyAsItsCardSays(Path directory) throws IOException {
        QuirkyOrigin origin = QuirkyOrigin.read(directory).orElseThrow();
        List<QuirkyExample> rows =
                origin.data(Optional.empty()).split(QuirkySplit.VALIDATION, ROWS);
        try (HookedModel model =
                HookedModel.load(
                        Checkpoint.open(directory), ComputeDevice.CPU, Precision.FLOAT32)) {
            QuirkyQuality quality = QuirkyCheck.run(model, rows, Progress.silent());
            assertThat(Files.readString(directory.resolve("README.md")).contains(NOT_QUIRKY))
                    .isEqualTo(!quality.isQuirky());
        }
    }

    @Test
    void allTasksHaveAModelAndAllModelsAreSmall() throws IOException {
        long bytes = 0;
        for (Path directory : models()) {
            try (Stream<Path> files = Files.list(directory)) {
                bytes += files.mapToLong(file -> file.toFile().length()).sum();
            }
        }
        assertThat(bytes).isLessThanOrEqualTo(MOST_BYTES);
        assertThat(models())
                .map(directory -> QuirkyOrigin.read(directory).orElseThrow().task())
                .contains(QuirkyTask.values());
    }
}
