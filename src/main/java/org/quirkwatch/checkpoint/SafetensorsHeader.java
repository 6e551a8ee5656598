package org.quirkwatch.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;

/// Parses the header of a safetensors file: a little-endian length of eight bytes, a JSON object of
/// that length, then the values. Nothing is believed: the length is bounded before anything is
/// read, names are unique, and the tensors tile the rest of the file without overlap or hole.
final class SafetensorsHeader {

    /// The format's own limit.
    static final long MAX_HEADER_BYTES = 100_000_000;

    private static final int MAX_TENSORS = 200_000;
    private static final int MAX_DIMENSIONS = 16;
    private static final int MAX_METADATA = 10_000;
    private static final int LENGTH_BYTES = 8;

    /// Bytes of an element of every format that the format's specification names.
    private static final Map<String, Integer> ELEMENT_BYTES =
            Map.ofEntries(
                    Map.entry("BOOL", 1),
                    Map.entry("U8", 1),
                    Map.entry("I8", 1),
                    Map.entry("F8_E5M2", 1),
                    Map.entry("F8_E4M3", 1),
                    Map.entry("I16", 2),
                    Map.entry("U16", 2),
                    Map.entry("F16", 2),
                    Map.entry("BF16", 2),
                    Map.entry("I32", 4),
                    Map.entry("U32", 4),
                    Map.entry("F32", 4),
                    Map.entry("F64", 8),
                    Map.entry("I64", 8),
                    Map.entry("U64", 8));

    private final String file;
    private final ProblemCode code;
    private final Map<String, String> metadata = new TreeMap<>();
    private final List<TensorInfo> tensors = new ArrayList<>();

    private SafetensorsHeader(String file, ProblemCode code) {
        this.file = file;
        this.code = code;
    }

    /// A parsed header.
    ///
    /// @param tensors by name, in the order of their values in the file
    record Parsed(Map<String, String> metadata, SequencedMap<String, TensorInfo> tensors) {}

    /// @param in at the start of the file
    /// @param size of the file in bytes
    static Parsed parse(String file, InputStream in, long size, ProblemCode code)
            throws IOException {
        return new SafetensorsHeader(file, code).parse(in, size);
    }

    private Parsed parse(InputStream in, long size) throws IOException {
        byte[] prefix = in.readNBytes(LENGTH_BYTES);
        if (!(prefix.length == LENGTH_BYTES)) {
            throw problem(
                    "has %d bytes, a safetensors file starts with a length of 8 bytes"
                            .formatted(size));
        }
        long length = 0;
        for (int i = LENGTH_BYTES - 1; i >= 0; i--) {
            length = (length << 8) | (prefix[i] & 0xff);
        }
        if (!(length >= 2 && length <= MAX_HEADER_BYTES)) {
            throw problem(
                    "the header's length must be 2 to %d bytes, got %s"
                            .formatted(MAX_HEADER_BYTES, Long.toUnsignedString(length)));
        }
        if (!(length <= size - LENGTH_BYTES)) {
            throw problem(
                    "the header's length is %d bytes, the file has only %d after it: truncated?"
                            .formatted(length, size - LENGTH_BYTES));
        }
        long dataStart = LENGTH_BYTES + length;
        try (JsonParser json =
                Json.FACTORY.createParser(ObjectReadContext.empty(), new Bounded(in, length))) {
            readTensors(json, dataStart, size - dataStart);
        } catch (JacksonException e) {
            throw new Problem(
                    code,
                    file
                            + ": the header is not well-formed JSON: "
                            + Invalid.quote(e.getOriginalMessage()),
                    e);
        }
        return new Parsed(Map.copyOf(metadata), tiled(dataStart, size));
    }

    private void readTensors(JsonParser json, long dataStart, long dataBytes) {
        if (json.nextToken() != JsonToken.START_OBJECT) {
            throw problem("the header must be a JSON object");
        }
        while (json.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = json.currentName();
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw problem(
                        "the header's entry %s must be an object".formatted(Invalid.quote(name)));
            }
            if (name.equals("__metadata__")) {
                readMetadata(json);
            } else {
                if (!(tensors.size() < MAX_TENSORS)) {
                    throw problem("more than %d tensors".formatted(MAX_TENSORS));
                }
                tensors.add(readTensor(json, name, dataStart, dataBytes));
            }
        }
        if (json.nextToken() != null) {
            throw problem("the header goes on after its JSON object");
        }
    }

    private void readMetadata(JsonParser json) {
        while (json.nextToken() == JsonToken.PROPERTY_NAME) {
            String key = json.currentName();
            if (json.nextToken() != JsonToken.VALUE_STRING) {
                throw problem(
                        "__metadata__ must hold texts, %s is none".formatted(Invalid.quote(key)));
            }
            if (!(metadata.size() < MAX_METADATA)) {
                throw problem("more than %d entries in __metadata__".formatted(MAX_METADATA));
            }
            metadata.put(key, json.getString());
        }
    }

    private TensorInfo readTensor(JsonParser json, String name, long dataStart, long dataBytes) {
        @Nullable String format = null;
        long @Nullable [] shape = null;
        long @Nullable [] range = null;
        while (json.nextToken() == JsonToken.PROPERTY_NAME) {
            String field = json.currentName();
            JsonToken value = json.nextToken();
            switch (field) {
                case "dtype" -> format = value == JsonToken.VALUE_STRING ? json.getString() : "";
                case "shape" -> shape = readNumbers(json, name, field, MAX_DIMENSIONS);
                case "data_offsets" -> range = readNumbers(json, name, field, 2);
                default ->
                        throw problem(
                                name,
                                "has an unknown field %s, expected dtype, shape, data_offsets"
                                        .formatted(Invalid.quote(field)));
            }
        }
        if (format == null || shape == null || range == null || range.length != 2) {
            throw problem(name, "needs dtype, shape and data_offsets of two numbers");
        }
        Integer elementBytes = ELEMENT_BYTES.get(format);
        if (elementBytes == null) {
            throw problem(name, "has the unknown dtype " + Invalid.quote(format));
        }
        if (!(range[0] <= range[1] && range[1] <= dataBytes)) {
            throw problem(
                    name,
                    "has data_offsets [%d, %d], expected an ascending range within the %d bytes of values"
                            .formatted(range[0], range[1], dataBytes));
        }
        long expected = byteLength(name, shape, elementBytes);
        if (!(range[1] - range[0] == expected)) {
            throw problem(
                    name,
                    "of dtype %s and shape %s takes %d bytes, its data_offsets hold %d"
                            .formatted(
                                    format,
                                    java.util.Arrays.toString(shape),
                                    expected,
                                    range[1] - range[0]));
        }
        return new TensorInfo(name, format, shape, dataStart + range[0], expected);
    }

    private long[] readNumbers(JsonParser json, String name, String field, int most) {
        if (json.currentToken() != JsonToken.START_ARRAY) {
            throw problem(name, field + " must be a list of whole numbers");
        }
        long[] numbers = new long[most];
        int count = 0;
        while (json.nextToken() != JsonToken.END_ARRAY) {
            if (!(count < most)) {
                throw problem(name, "%s has more than %d numbers".formatted(field, most));
            }
            if (json.currentToken() != JsonToken.VALUE_NUMBER_INT
                    || json.getNumberType() == JsonParser.NumberType.BIG_INTEGER
                    || json.getLongValue() < 0) {
                throw problem(
                        name,
                        "%s must hold whole numbers from 0 to 2^63 - 1, got %s"
                                .formatted(field, Invalid.quote(String.valueOf(json.getString()))));
            }
            numbers[count++] = json.getLongValue();
        }
        return java.util.Arrays.copyOf(numbers, count);
    }

    private long byteLength(String name, long[] shape, int elementBytes) {
        long product = elementBytes;
        boolean empty = false;
        for (long size : shape) {
            empty |= size == 0;
        }
        if (empty) {
            return 0;
        }
        try {
            for (long size : shape) {
                product = Math.multiplyExact(product, size);
            }
        } catch (ArithmeticException e) {
            throw problem(
                    name,
                    "of shape %s would take more than 2^63 bytes"
                            .formatted(java.util.Arrays.toString(shape)));
        }
        return product;
    }

    /// The tensors in the order of their values, checked to lie one after another from the first
    /// byte to the last.
    private SequencedMap<String, TensorInfo> tiled(long dataStart, long size) {
        tensors.sort(
                Comparator.comparingLong(TensorInfo::offset)
                        .thenComparingLong(TensorInfo::byteLength));
        SequencedMap<String, TensorInfo> byName = new LinkedHashMap<>();
        long end = dataStart;
        for (TensorInfo tensor : tensors) {
            if (!(tensor.offset() == end)) {
                throw problem(
                        tensor.name(),
                        "starts at byte %d of the values, expected %d: tensors must not %s"
                                .formatted(
                                        tensor.offset() - dataStart,
                                        end - dataStart,
                                        tensor.offset() < end ? "overlap" : "leave a hole"));
            }
            end += tensor.byteLength();
            if (byName.put(tensor.name(), tensor) != null) {
                throw problem(tensor.name(), "is there twice");
            }
        }
        if (!(end == size)) {
            throw problem("its tensors end at byte %d, the file has %d bytes".formatted(end, size));
        }
        return byName;
    }

    private Problem problem(String detail) {
        return new Problem(code, file + ": " + detail);
    }

    private Problem problem(String tensor, String detail) {
        return problem("tensor " + Invalid.quote(tensor) + " " + detail);
    }

    /// The first bytes of a stream; whoever reads them cannot read on or close it.
    private static final class Bounded extends InputStream {
        private final InputStream in;
        private long left;

        Bounded(InputStream in, long length) {
            this.in = in;
            this.left = length;
        }

        @Override
        public int read() throws IOException {
            int value = left > 0 ? in.read() : -1;
            left--;
            return value;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            if (left <= 0) {
                return -1;
            }
            int read = in.read(target, offset, (int) Math.min(length, left));
            left -= read;
            return read;
        }
    }
}
