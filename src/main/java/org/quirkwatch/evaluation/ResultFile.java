package org.quirkwatch.evaluation;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Results as lines of JSON, one per [ResultLine], each on disk before the next is begun, so that
/// an interrupted evaluation goes on where it was. One process writes to a file at a time.
/// Thread-safe.
public final class ResultFile implements AutoCloseable {

    private static final long MOST_BYTES = 1L << 30;
    private static final int MOST_LINE_BYTES = 1 << 22;
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String KIND = "kind";

    private final String name;
    private final FileChannel channel;
    private final SequencedMap<String, ResultLine> lines = new LinkedHashMap<>();

    private ResultFile(String name, FileChannel channel) {
        this.name = name;
        this.channel = channel;
    }

    /// Opens a file to add to, or begins one. What an interrupted run left of a last line is cut
    /// off.
    ///
    /// @param notes told when something is cut off
    /// @throws Problem `invalid-file` naming the file and the line that is no result, or when
    ///   another process writes to it
    public static ResultFile open(Path path, Consumer<String> notes) {
        String name = String.valueOf(path.getFileName());
        try {
            FileChannel channel =
                    FileChannel.open(
                            path,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE);
            try {
                requireAlone(name, channel);
                ResultFile file = new ResultFile(name, channel);
                long end = file.read(path);
                if (end < channel.size()) {
                    notes.accept(
                            "%s: the last line was not finished and is left out".formatted(name));
                    channel.truncate(end);
                }
                channel.position(end);
                return file;
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
        } catch (IOException e) {
            throw invalid(name, "cannot be read or written", e);
        }
    }

    private static void requireAlone(String name, FileChannel channel) throws IOException {
        try {
            // Released when the channel is closed.
            if (channel.tryLock() != null) {
                return;
            }
        } catch (OverlappingFileLockException e) {
            // In this very process; the same to whoever asks.
            throw invalid(name, "another evaluation writes to it", e);
        }
        throw invalid(name, "another evaluation writes to it", null);
    }

    /// The lines of a file that is not written to.
    ///
    /// @throws Problem `invalid-file` naming the file and the line that is no result
    public static List<ResultLine> read(Path path, Consumer<String> notes) {
        try (ResultFile file = open(path, notes)) {
            return file.lines();
        }
    }

    /// @return where the last whole line ends
    private long read(Path path) throws IOException {
        if (!(Files.size(path) <= MOST_BYTES)) {
            throw invalid(
                    name,
                    "has %d bytes, the limit is %d".formatted(Files.size(path), MOST_BYTES),
                    null);
        }
        ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        long end = 0;
        long number = 0;
        while (channel.read(buffer) >= 0) {
            buffer.flip();
            while (buffer.hasRemaining()) {
                byte next = buffer.get();
                if (next != '\n') {
                    line.write(next);
                    continue;
                }
                number++;
                end += line.size() + 1L;
                add(number, line.toByteArray());
                line.reset();
            }
            if (!(line.size() <= MOST_LINE_BYTES)) {
                throw invalid(
                        name,
                        "line %d has more than %d bytes".formatted(number + 1, MOST_LINE_BYTES),
                        null);
            }
            buffer.clear();
        }
        return end;
    }

    private void add(long number, byte[] bytes) {
        try {
            JsonNode node = JSON.readTree(bytes);
            Class<? extends ResultLine> type =
                    switch (node.path(KIND).asString("")) {
                        case "cell" -> ResultLine.Cell.class;
                        case "geometry" -> ResultLine.Geometry.class;
                        case "quality" -> ResultLine.Quality.class;
                        default ->
                                throw invalid(
                                        name,
                                        "line %d has no kind of cell, geometry or quality"
                                                .formatted(number),
                                        null);
                    };
            ResultLine line = JSON.treeToValue(node, type);
            if (line.key() == null || line.subject() == null) {
                throw invalid(name, "line %d has no key or no subject".formatted(number), null);
            }
            lines.put(line.key(), line);
        } catch (JacksonException | IllegalArgumentException e) {
            throw invalid(name, "line %d is no result of an evaluation".formatted(number), e);
        }
    }

    /// Whether a line of this key is there.
    public synchronized boolean has(String key) {
        return lines.containsKey(key);
    }

    /// All lines, in the order in which they came.
    public synchronized List<ResultLine> lines() {
        return List.copyOf(Collections.unmodifiableCollection(lines.values()));
    }

    /// Adds a line; it is on disk when this returns.
    ///
    /// @throws Problem `invalid-file` when it cannot be written
    public synchronized void append(ResultLine line) {
        String kind =
                switch (line) {
                    case ResultLine.Cell cell -> "cell";
                    case ResultLine.Geometry geometry -> "geometry";
                    case ResultLine.Quality quality -> "quality";
                };
        ObjectNode node = JSON.createObjectNode().put(KIND, kind);
        node.setAll((ObjectNode) JSON.valueToTree(line));
        byte[] bytes = (JSON.writeValueAsString(node) + "\n").getBytes(StandardCharsets.UTF_8);
        try {
            long before = channel.position();
            try {
                ByteBuffer buffer = ByteBuffer.wrap(bytes);
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
                channel.force(false);
            } catch (IOException e) {
                // Half a line would spoil all that follow it.
                channel.truncate(before);
                throw e;
            }
        } catch (IOException e) {
            throw invalid(name, "cannot be written", e);
        }
        lines.put(line.key(), line);
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw invalid(name, "cannot be closed", e);
        }
    }

    private static Problem invalid(String name, String detail, @Nullable Exception cause) {
        return new Problem(ProblemCode.INVALID_FILE, "%s: %s".formatted(name, detail), cause);
    }
}
