package org.quirkwatch.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quirkwatch.checkpoint.SafetensorsWriter.Entry;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.torch.DType;

class SafetensorsWriterTest {

    private static final Entry SINGLES = new Entry("a.singles", DType.FLOAT32, 3);
    private static final Entry DOUBLES = new Entry("doubles \"quoted\"", DType.FLOAT64, 2, 2);
    private static final Entry LONGS = new Entry("längen", DType.INT64, 1);

    @TempDir Path folder;

    @Test
    void whatIsWrittenIsReadBack() {
        Path path = folder.resolve("x.safetensors");
        write(path, List.of(SINGLES, DOUBLES, LONGS));
        SafetensorsFile file = SafetensorsFile.open(path);
        assertThat(file.readFloats(SINGLES.name())).containsExactly(1, Float.NaN, -0f);
        assertThat(file.readDoubles(DOUBLES.name()))
                .containsExactly(1, Double.MIN_VALUE, 3, Double.MAX_VALUE);
        assertThat(file.readLongs(LONGS.name())).containsExactly(Long.MIN_VALUE);
        assertThat(file.metadata()).isEqualTo(Map.of("b", "2", "a", "1"));
        assertThat(file.names()).containsExactly(DOUBLES.name(), LONGS.name(), SINGLES.name());
    }

    @Test
    void theOrderOfDeclarationDoesNotChangeTheBytes() throws IOException {
        write(folder.resolve("x"), List.of(SINGLES, DOUBLES, LONGS));
        write(folder.resolve("y"), List.of(LONGS, SINGLES, DOUBLES));
        assertThat(folder.resolve("x")).hasSameBinaryContentAs(folder.resolve("y"));
    }

    @Test
    void rowsOfSeveralTensorsAreWrittenAsTheyCome() {
        int rows = 1000;
        int columns = 97;
        Path path = folder.resolve("x.safetensors");
        List<Entry> entries =
                List.of(
                        new Entry("x", DType.FLOAT32, rows, columns),
                        new Entry("y", DType.FLOAT64, rows, columns));
        try (SafetensorsWriter writer = SafetensorsWriter.create(path, entries, Map.of())) {
            for (int row = 0; row < rows; row++) {
                float[] x = new float[columns];
                double[] y = new double[columns];
                for (int i = 0; i < columns; i++) {
                    x[i] = row * columns + i;
                    y[i] = -x[i];
                }
                writer.write("x", x);
                writer.write("y", y);
            }
            writer.commit();
        }
        SafetensorsFile file = SafetensorsFile.open(path);
        float[] x = file.readFloats("x");
        double[] y = file.readDoubles("y");
        for (int i = 0; i < rows * columns; i++) {
            assertThat(x[i]).isEqualTo(i);
            assertThat(y[i]).isEqualTo(-(float) i);
        }
    }

    @Test
    void withoutACommitTheOldFileStaysAndNothingIsLeft() throws IOException {
        Path path = Files.writeString(folder.resolve("x"), "old");
        try (SafetensorsWriter writer =
                SafetensorsWriter.create(path, List.of(SINGLES), Map.of())) {
            writer.write(SINGLES.name(), new float[3]);
        }
        assertThat(path).hasContent("old");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(path);
        }
    }

    @Test
    void aTensorThatLacksValuesIsNotCommitted() {
        Path path = folder.resolve("x");
        try (SafetensorsWriter writer =
                SafetensorsWriter.create(path, List.of(SINGLES), Map.of())) {
            writer.write(SINGLES.name(), new float[2]);
            assertThatThrownBy(writer::commit).hasMessage("tensor a.singles lacks 4 bytes");
            assertThatThrownBy(() -> writer.write(SINGLES.name(), new float[2]))
                    .hasMessageContaining("has room for 1 more values, got 2");
            assertThatThrownBy(() -> writer.write(SINGLES.name(), new double[1]))
                    .hasMessageContaining("no tensor a.singles of F64");
        }
        assertThat(path).doesNotExist();
    }

    @Test
    void aFolderThatIsNotThereIsAProblem() {
        Path path = folder.resolve("none").resolve("x");
        assertThatThrownBy(() -> SafetensorsWriter.create(path, List.of(SINGLES), Map.of()).close())
                .isInstanceOfSatisfying(
                        Problem.class,
                        e -> assertThat(e.code()).isEqualTo(ProblemCode.INVALID_FILE))
                .hasMessage("x: cannot be written");
    }

    @Test
    void entriesThatTheFormatCannotHoldAreRefused() {
        assertThatThrownBy(() -> new Entry("__metadata__", DType.FLOAT32, 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Entry("x", DType.BFLOAT16, 1)).hasMessageContaining("BF16");
        assertThatThrownBy(() -> new Entry("x", DType.FLOAT32, -1)).hasMessageContaining("[-1]");
        assertThatThrownBy(() ->
                        SafetensorsWriter.create(
                                        folder.resolve("x"), List.of(SINGLES, SINGLES), Map.of())
                                .close())
                .hasMessageContaining("twice");
    }

    private static void write(Path path, List<Entry> entries) {
        try (SafetensorsWriter writer =
                SafetensorsWriter.create(path, entries, Map.of("b", "2", "a", "1"))) {
            writer.write(SINGLES.name(), new float[] {1, Float.NaN, -0f});
            writer.write(DOUBLES.name(), new double[] {1, Double.MIN_VALUE, 3, Double.MAX_VALUE});
            writer.write(LONGS.name(), new long[] {Long.MIN_VALUE});
            writer.commit();
        }
    }
}
