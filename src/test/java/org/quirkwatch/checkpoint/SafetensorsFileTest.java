package org.quirkwatch.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.torch.DType;

class SafetensorsFileTest {

    @TempDir Path folder;
    private Path path = Path.of("unset");

    @BeforeEach
    void name() {
        path = folder.resolve("weights.safetensors");
    }

    @Test
    void everyFloatingFormatIsReadExactly() {
        float[] values = {0, -1.5f, 0.25f, 1024};
        for (DType dtype :
                new DType[] {DType.FLOAT64, DType.FLOAT32, DType.FLOAT16, DType.BFLOAT16}) {
            RawSafetensors.write(
                    path, RawSafetensors.one("x", RawSafetensors.content(dtype, values, 2, 2)));
            SafetensorsFile file = SafetensorsFile.open(path);
            assertThat(file.readDoubles("x")).as("%s", dtype).containsExactly(0, -1.5, 0.25, 1024);
            assertThat(file.info("x").shape()).containsExactly(2, 2);
            assertThat(file.metadata()).isEqualTo(Map.of("format", "pt"));
            if (dtype != DType.FLOAT64) {
                assertThat(file.readFloats("x")).as("%s", dtype).containsExactly(values);
            }
        }
    }

    @Test
    void aTensorIsNotReadInANarrowerFormat() {
        RawSafetensors.write(
                path,
                RawSafetensors.one("x", RawSafetensors.content(DType.FLOAT64, new float[] {1}, 1)));
        assertProblem(
                () -> SafetensorsFile.open(path).readFloats("x"), "\"x\" is F64", "F32 or F16");
        assertProblem(() -> SafetensorsFile.open(path).readLongs("x"), "is F64", "expected I64");
        assertProblem(() -> SafetensorsFile.open(path).readLongs("y"), "\"y\" is missing");
    }

    @Test
    void theCodeOfProblemsIsTheCallers() {
        assertThatThrownBy(() -> SafetensorsFile.open(path, ProblemCode.INVALID_ARTIFACT))
                .isInstanceOfSatisfying(
                        Problem.class,
                        e -> assertThat(e.code()).isEqualTo(ProblemCode.INVALID_ARTIFACT))
                .hasMessage("weights.safetensors: there is no such file");
    }

    @Test
    void anEmptyFileIsRefused() throws IOException {
        Files.createFile(path);
        assertRefused("has 0 bytes", "starts with a length of 8 bytes");
    }

    @ParameterizedTest
    @CsvSource({
        "-9223372036854775808, 9223372036854775808",
        "-1, 18446744073709551615",
        "9223372036854775807, 9223372036854775807",
        "100000001, 100000001",
        "1, 1",
        "0, 0"
    })
    void aHeaderLengthOutsideTheFormatIsRefusedBeforeAnythingIsRead(long length, String shown) {
        RawSafetensors.write(path, length, "{}".getBytes(StandardCharsets.UTF_8), new byte[0]);
        assertRefused("2 to 100000000 bytes, got " + shown);
    }

    @Test
    void aHeaderLongerThanTheFileIsRefused() {
        RawSafetensors.write(path, 50_000_000, "{}".getBytes(StandardCharsets.UTF_8), new byte[0]);
        assertRefused("length is 50000000 bytes", "only 2 after it");
    }

    @Test
    void aTruncatedFileIsRefused() throws IOException {
        RawSafetensors.write(
                path,
                RawSafetensors.one(
                        "x", RawSafetensors.content(DType.FLOAT32, new float[] {1, 2}, 2)));
        byte[] bytes = Files.readAllBytes(path);
        for (int length = 0; length < bytes.length; length++) {
            Files.write(path, java.util.Arrays.copyOf(bytes, length));
            assertRefused("safetensors: ");
        }
    }

    @Test
    void bytesAfterTheLastTensorAreRefused() {
        RawSafetensors.lying(path, entry("x", "F32", "[2]", 0, 8), 9);
        assertRefused("tensors end at byte", "bytes");
    }

    @Test
    void overlappingTensorsAreRefused() {
        RawSafetensors.lying(
                path, entry("x", "F32", "[2]", 0, 8) + "," + entry("y", "F32", "[2]", 4, 12), 12);
        assertRefused("\"y\" starts at byte 4 of the values, expected 8", "must not overlap");
    }

    @Test
    void aHoleBetweenTensorsIsRefused() {
        RawSafetensors.lying(
                path, entry("x", "F32", "[2]", 0, 8) + "," + entry("y", "F32", "[1]", 12, 16), 16);
        assertRefused("\"y\" starts at byte 12 of the values, expected 8", "leave a hole");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0 | 16",
                "8 | 0",
                "9223372036854775800 | 9223372036854775807",
                "0 | 9223372036854775807"
            })
    void offsetsOutsideTheFileAreRefused(long start, long end) {
        RawSafetensors.lying(path, entry("x", "F32", "[2]", start, end), 8);
        assertRefused("\"x\" has data_offsets", "within the 8 bytes of values");
    }

    @Test
    void aRangeThatDoesNotHoldTheShapeIsRefused() {
        RawSafetensors.lying(path, entry("x", "F32", "[3]", 0, 8), 8);
        assertRefused("\"x\" of dtype F32 and shape [3] takes 12 bytes, its data_offsets hold 8");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[4611686018427387904]",
                "[3037000500, 3037000500]",
                "[9223372036854775807, 9223372036854775807]"
            })
    void aShapeThatOverflowsIsRefused(String shape) {
        RawSafetensors.lying(path, entry("x", "F32", shape, 0, 8), 8);
        assertRefused("\"x\" of shape [", "would take more than 2^63 bytes");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"[-1]", "[1.5]", "[99999999999999999999]", "[\"2\"]", "2", "[[2]]", "null"})
    void aShapeOfAnythingButWholeNumbersIsRefused(String shape) {
        RawSafetensors.lying(path, entry("x", "F32", shape, 0, 8), 8);
        assertRefused("\"x\" shape must");
    }

    @Test
    void tooManyDimensionsAreRefused() {
        RawSafetensors.lying(path, entry("x", "F32", "[" + "1,".repeat(40) + "2]", 0, 8), 8);
        assertRefused("\"x\" shape has more than 16 numbers");
    }

    @Test
    void anUnknownFormatIsRefused() {
        RawSafetensors.lying(path, entry("x", "Q4_K", "[2]", 0, 8), 8);
        assertRefused("\"x\" has the unknown dtype \"Q4_K\"");
    }

    @Test
    void twoTensorsOfOneNameAreRefused() {
        RawSafetensors.lying(
                path, entry("x", "F32", "[1]", 0, 4) + "," + entry("x", "F32", "[1]", 4, 8), 8);
        assertRefused("not well-formed JSON", "x");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "{\"x\":3}",
                "{\"x\":{}}",
                "{\"x\":",
                "{} {}",
                "{\"__metadata__\":{\"a\":1}}",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0],\"code\":\"x\"}}",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0]}}"
            })
    void aHeaderOfAnotherFormIsRefused(String header) {
        RawSafetensors.write(path, header, new byte[0]);
        assertRefused("safetensors: ");
    }

    @Test
    void deepNestingIsRefusedWithoutAStackOverflow() {
        RawSafetensors.write(path, "{\"x\":" + "[".repeat(1_000_000), new byte[0]);
        assertRefused("must be an object");
        RawSafetensors.write(
                path, "{\"x\":{\"shape\":" + "[".repeat(1_000_000) + "}}", new byte[0]);
        assertRefused("shape");
    }

    @Test
    void emptyTensorsAndSpacesAfterTheHeaderAreAllowed() {
        RawSafetensors.write(
                path,
                "{"
                        + entry("a", "F32", "[0, 9223372036854775807]", 4, 4)
                        + ","
                        + entry("b", "F32", "[]", 0, 4)
                        + "}   ",
                new byte[4]);
        SafetensorsFile file = SafetensorsFile.open(path);
        assertThat(file.names()).containsExactly("b", "a");
        assertThat(file.readFloats("a")).isEmpty();
        assertThat(file.readFloats("b")).containsExactly(0);
    }

    private static String entry(String name, String dtype, String shape, long start, long end) {
        return "\"%s\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%d,%d]}"
                .formatted(name, dtype, shape, start, end);
    }

    private void assertRefused(String... parts) {
        assertProblem(() -> SafetensorsFile.open(path), parts);
    }

    private static void assertProblem(
            org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String... parts) {
        assertThatThrownBy(call)
                .isInstanceOf(Problem.class)
                .hasMessageStartingWith("weights.safetensors: ")
                .hasMessageContainingAll(parts);
    }
}
