package org.quirkwatch.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.quirkwatch.torch.DType;

class ContentScanTest {

    private static final int BLOCK = 256 << 10;
    private static final int CHUNK = 4 << 20;

    @TempDir Path folder;

    @Test
    void theDigestIsTheOneThatIsDocumented() throws Exception {
        byte[] content = new byte[2 * CHUNK + 4321];
        new Random(1).nextBytes(content);
        Path path = folder.resolve("x.safetensors");
        RawSafetensors.write(
                path,
                RawSafetensors.one(
                        "x",
                        new RawSafetensors.Content("U8", new long[] {content.length}, content)));

        byte[] bytes = Files.readAllBytes(path);
        ByteArrayOutputStream outer = new ByteArrayOutputStream();
        outer.writeBytes("quirkwatch-file-v1".getBytes(StandardCharsets.US_ASCII));
        outer.writeBytes(ByteBuffer.allocate(8).putLong(bytes.length).array());
        for (int start = 0; start < bytes.length; start += CHUNK) {
            MessageDigest inner = MessageDigest.getInstance("SHA-256");
            inner.update(bytes, start, Math.min(CHUNK, bytes.length - start));
            outer.writeBytes(inner.digest());
        }
        assertThat(ContentScan.of(SafetensorsFile.open(path)).digest())
                .isEqualTo(MessageDigest.getInstance("SHA-256").digest(outer.toByteArray()));
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT64", "FLOAT32", "FLOAT16", "BFLOAT16"})
    void everyNumberThatIsNotFiniteIsFoundWhereverItLies(DType dtype) throws IOException {
        for (int shift : new int[] {0, 1, 7}) {
            int first = BLOCK / dtype.bytes() + 5;
            int second = (CHUNK + BLOCK) / dtype.bytes();
            Path path = folder.resolve(dtype + "-" + shift);
            Map<String, RawSafetensors.Content> tensors = new LinkedHashMap<>();
            tensors.put("first", finite(dtype, first));
            tensors.put("gap", new RawSafetensors.Content("I64", new long[] {1}, ones(8)));
            tensors.put("second", finite(dtype, second));
            RawSafetensors.write(path, tensors, shift);
            assertThat(ContentScan.of(SafetensorsFile.open(path)).nonFinite())
                    .as("%s shifted by %d", dtype, shift)
                    .isEmpty();

            SafetensorsFile file = SafetensorsFile.open(path);
            long start = file.info("second").offset();
            // The elements on both sides of the ends of blocks and chunks, and both ends.
            for (long place : new long[] {start, BLOCK, 2L * BLOCK, CHUNK, CHUNK + BLOCK}) {
                for (int step = -1; step <= 1; step++) {
                    int element = (int) ((place - start) / dtype.bytes()) + step;
                    if (element >= 0 && element < second) {
                        assertFound(path, dtype, "second", element);
                    }
                }
            }
            assertFound(path, dtype, "first", 0);
            assertFound(path, dtype, "first", first - 1);
            assertFound(path, dtype, "second", second - 1);
        }
    }

    @Test
    void theFirstOfSeveralIsNamed() {
        float[] values = new float[3 * CHUNK / 4];
        java.util.Arrays.fill(values, 2 * CHUNK / 4, values.length, Float.NaN);
        Path path = folder.resolve("x.safetensors");
        RawSafetensors.write(
                path,
                RawSafetensors.one(
                        "x", RawSafetensors.content(DType.FLOAT32, values, values.length)));
        assertThat(ContentScan.of(SafetensorsFile.open(path)).nonFinite())
                .contains(
                        "x.safetensors: tensor \"x\" holds NaN or infinity at element %d, expected finite numbers"
                                .formatted(2 * CHUNK / 4));
    }

    /// Puts infinity or a NaN into a file that is right otherwise, and takes it out again.
    private static void assertFound(Path path, DType dtype, String tensor, int element)
            throws IOException {
        long at = SafetensorsFile.open(path).info(tensor).offset() + (long) element * dtype.bytes();
        float bad = element % 2 == 0 ? Float.NEGATIVE_INFINITY : Float.NaN;
        byte[] bytes = RawSafetensors.content(dtype, new float[] {bad}, 1).bytes();
        try (var channel =
                java.nio.channels.FileChannel.open(
                        path,
                        java.nio.file.StandardOpenOption.READ,
                        java.nio.file.StandardOpenOption.WRITE)) {
            ByteBuffer old = ByteBuffer.allocate(bytes.length);
            channel.read(old, at);
            channel.write(ByteBuffer.wrap(bytes), at);
            assertThat(ContentScan.of(SafetensorsFile.open(path)).nonFinite())
                    .as("%s at element %d of %s", dtype, element, tensor)
                    .hasValueSatisfying(where ->
                            assertThat(where)
                                    .contains(
                                            "\"%s\" holds NaN or infinity at element %d,"
                                                    .formatted(tensor, element)));
            channel.write(old.flip(), at);
        }
    }

    /// Numbers whose exponents are as near to all ones as finite ones get.
    private static RawSafetensors.Content finite(DType dtype, int elements) {
        float greatest =
                switch (dtype) {
                    case FLOAT64, FLOAT32, INT64 -> Float.MAX_VALUE;
                    case FLOAT16 -> 65504;
                    case BFLOAT16 -> Float.intBitsToFloat(0x7f7f_0000);
                };
        float[] values = new float[elements];
        for (int i = 0; i < elements; i++) {
            values[i] = i % 2 == 0 ? greatest : -greatest;
        }
        return RawSafetensors.content(dtype, values, elements);
    }

    private static byte[] ones(int length) {
        byte[] bytes = new byte[length];
        java.util.Arrays.fill(bytes, (byte) 0xff);
        return bytes;
    }
}
