package org.quirkwatch.checkpoint;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.quirkwatch.torch.DType;

/// Safetensors files byte by byte, right and wrong ones, in any format.
final class RawSafetensors {

    /// A tensor's content.
    record Content(String format, long[] shape, byte[] bytes) {}

    private RawSafetensors() {}

    static Content content(DType dtype, float[] values, long... shape) {
        ByteBuffer bytes =
                ByteBuffer.allocate(values.length * dtype.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            switch (dtype) {
                case FLOAT64 -> bytes.putDouble(value);
                case FLOAT32 -> bytes.putFloat(value);
                case FLOAT16 -> bytes.putShort(Float.floatToFloat16(value));
                case BFLOAT16 -> bytes.putShort((short) (roundToBfloat16(value) >>> 16));
                case INT64 -> bytes.putLong((long) value);
            }
        }
        return new Content(dtype.safetensorsName(), shape, bytes.array());
    }

    /// The bits of the nearest number with 8 bits of precision, ties to even, as a float's.
    static int roundToBfloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        return (bits + 0x7fff + ((bits >>> 16) & 1)) & 0xffff_0000;
    }

    static void write(Path path, Map<String, Content> tensors) {
        write(path, tensors, 0);
    }

    /// @param shift bytes by which the values are moved off their alignment
    static void write(Path path, Map<String, Content> tensors, int shift) {
        StringBuilder header = new StringBuilder("{\"__metadata__\":{\"format\":\"pt\"}");
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        tensors.forEach((name, content) -> {
            int start = data.size();
            data.writeBytes(content.bytes);
            header.append(
                    ",\"%s\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%d,%d]}"
                            .formatted(
                                    name,
                                    content.format,
                                    Arrays.toString(content.shape),
                                    start,
                                    data.size()));
        });
        header.append('}');
        while (header.length() % 8 != shift) {
            header.append(' ');
        }
        write(path, header.toString(), data.toByteArray());
    }

    static void write(Path path, String header, byte[] data) {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        write(path, json.length, json, data);
    }

    static void write(Path path, long length, byte[] header, byte[] data) {
        ByteBuffer bytes =
                ByteBuffer.allocate(8 + header.length + data.length)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(length)
                        .put(header)
                        .put(data);
        try {
            Files.write(path, bytes.array());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// One F32 tensor of zeros under a header entry that may lie about it.
    static void lying(Path path, String entries, int dataBytes) {
        write(path, "{" + entries + "}", new byte[dataBytes]);
    }

    static Map<String, Content> one(String name, Content content) {
        Map<String, Content> tensors = new LinkedHashMap<>();
        tensors.put(name, content);
        return tensors;
    }
}
