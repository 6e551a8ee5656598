package org.quirkwatch.bench;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// One NDJSON stream: signals are written while verdicts are read. The lines are made as they are
/// sent, so the length of a stream costs no memory here.
final class StreamCall {

    private static final byte[] HEAD =
            ResponseReader.ascii(
                    String.join(
                            "\r\n",
                            "POST /v1/signals HTTP/1.1",
                            "Host: 127.0.0.1",
                            "Content-Type: application/x-ndjson",
                            "Transfer-Encoding: chunked",
                            "",
                            ""));
    private static final byte[] LINE_END = ResponseReader.ascii("\r\n");
    private static final byte[] LAST_CHUNK = ResponseReader.ascii("0\r\n\r\n");
    private static final int CHUNK_BYTES = 1 << 13;

    private final Connection connection;
    private final Requests requests;
    private final long lines;
    private volatile long sent;
    private volatile long verdicts;
    private volatile boolean ended;

    /// Sees each verdict as it comes: `[from, to)` of the bytes, without the line break.
    interface Listener {
        void verdict(long number, byte[] bytes, int from, int to) throws IOException;
    }

    /// What a stream came to.
    ///
    /// @param head of the answer; null where there was none
    /// @param body of an answer that is no stream of verdicts
    /// @param sent lines that went out whole
    /// @param verdicts that came, each for its line and in order
    /// @param whole whether the answer came to its proper end
    /// @param fault what was wrong with it, if anything
    record Outcome(
            Answer.@Nullable Head head,
            String body,
            long sent,
            long verdicts,
            boolean whole,
            Optional<String> fault) {

        boolean isStream() {
            return head != null && head.status() == 200;
        }
    }

    /// @param lines how many; `Long.MAX_VALUE` for as many as the service takes
    StreamCall(Connection connection, Requests requests, long lines) {
        this.connection = connection;
        this.requests = requests;
        this.lines = lines;
    }

    long sent() {
        return sent;
    }

    long verdicts() {
        return verdicts;
    }

    /// Sends the lines and reads the verdicts until the answer ends, however it does.
    Outcome run(Listener listener) throws InterruptedException {
        AtomicReference<@Nullable IOException> broken = new AtomicReference<>();
        Thread writer =
                Thread.ofPlatform()
                        .daemon()
                        .name("load-stream")
                        .start(() -> {
                            try {
                                write();
                            } catch (IOException e) {
                                broken.set(e);
                            }
                        });
        Outcome outcome = read(listener);
        ended = true;
        // The writer may hang in a write that nobody reads any more.
        if (!(outcome.whole() && outcome.verdicts() == lines)) {
            close();
        }
        writer.join();
        IOException writing = broken.get();
        if (writing != null && outcome.fault().isPresent()) {
            return new Outcome(
                    outcome.head(),
                    outcome.body(),
                    outcome.sent(),
                    outcome.verdicts(),
                    outcome.whole(),
                    Optional.of(outcome.fault().get() + "; writing: " + writing.getMessage()));
        }
        return outcome;
    }

    private void write() throws IOException {
        OutputStream out = connection.out();
        out.write(HEAD);
        ByteArrayOutputStream chunk = new ByteArrayOutputStream(2 * CHUNK_BYTES);
        long made = 0;
        while (made < lines && !ended) {
            chunk.reset();
            while (made < lines && chunk.size() < CHUNK_BYTES) {
                requests.signal(made++, chunk);
                chunk.write('\n');
            }
            ByteArrayOutputStream framed = new ByteArrayOutputStream(chunk.size() + 16);
            framed.writeBytes(ResponseReader.ascii(Integer.toHexString(chunk.size())));
            framed.writeBytes(LINE_END);
            framed.writeBytes(chunk.toByteArray());
            framed.writeBytes(LINE_END);
            out.write(framed.toByteArray());
            sent = made;
        }
        if (!ended) {
            out.write(LAST_CHUNK);
        }
    }

    private Outcome read(Listener listener) {
        Answer.Head head = null;
        try {
            if (!connection.reader().begins()) {
                return outcome(null, "", false, "the connection ended without an answer");
            }
            head = connection.reader().head();
            try (InputStream body = connection.reader().body(head)) {
                if (head.status() != 200) {
                    String text =
                            new String(
                                    body.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
                    return outcome(head, text, true, "status " + head.status() + ": " + text);
                }
                return verdicts(head, body, listener);
            }
        } catch (IOException e) {
            return outcome(head, "", false, e.getClass().getSimpleName() + ": " + e.getMessage());
        }
    }

    private Outcome verdicts(Answer.Head head, InputStream body, Listener listener)
            throws IOException {
        byte[] buffer = new byte[1 << 16];
        int filled = 0;
        while (true) {
            if (filled == buffer.length) {
                buffer = Arrays.copyOf(buffer, 2 * buffer.length);
            }
            int count = body.read(buffer, filled, buffer.length - filled);
            if (count < 0) {
                break;
            }
            int start = 0;
            int end = filled + count;
            for (int at = filled; at < end; at++) {
                if (buffer[at] == '\n') {
                    long number = verdicts;
                    if (!requests.answers(buffer, start, at, number)) {
                        return outcome(head, "", false, wrongLine(buffer, start, at));
                    }
                    listener.verdict(number, buffer, start, at);
                    verdicts = number + 1;
                    start = at + 1;
                }
            }
            filled = end - start;
            System.arraycopy(buffer, start, buffer, 0, filled);
        }
        if (filled > 0) {
            return outcome(head, "", true, "the last line has no line break");
        }
        return verdicts == lines
                ? outcome(head, "", true, null)
                : outcome(head, "", true, "%d verdicts for %d lines".formatted(verdicts, lines));
    }

    private String wrongLine(byte[] buffer, int from, int to) {
        return "line %d is no verdict of signal %s: %s"
                .formatted(
                        verdicts + 1,
                        new String(
                                requests.id(verdicts), java.nio.charset.StandardCharsets.US_ASCII),
                        new String(
                                buffer,
                                from,
                                Math.min(to - from, 200),
                                java.nio.charset.StandardCharsets.UTF_8));
    }

    private Outcome outcome(
            Answer.@Nullable Head head, String body, boolean whole, @Nullable String fault) {
        return new Outcome(head, body, sent, verdicts, whole, Optional.ofNullable(fault));
    }

    private void close() {
        try {
            connection.close();
        } catch (IOException e) {
            // It is gone, which is what was wanted.
        }
    }
}
