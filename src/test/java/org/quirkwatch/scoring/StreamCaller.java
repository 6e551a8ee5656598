package org.quirkwatch.scoring;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// A caller who reads while it sends: one HTTP request on a socket of its own, the body in chunks,
/// one per call of `send`. Sending and reading are for one thread each.
final class StreamCaller implements AutoCloseable {

    static final String NDJSON = "application/x-ndjson";

    private static final int PATIENCE_MILLIS = 120_000;
    private static final int SMALL_BYTES = 4_096;

    private final Socket socket = new Socket();
    private final OutputStream out;
    private final InputStream in;
    private final Map<String, String> headers = new TreeMap<>();
    private int status;
    // Bytes left of the present chunk, or of the body where its length was announced.
    private long left;
    private boolean chunked;
    private boolean ended;

    /// A stream of signals.
    StreamCaller(int port) {
        this(port, "/v1/signals", "Content-Type: " + NDJSON);
    }

    /// Sends the head of a request; its body is announced in chunks unless a header says otherwise.
    StreamCaller(int port, String path, String... more) {
        try {
            // So that little of an answer lies between who writes and who does not read.
            socket.setReceiveBufferSize(SMALL_BYTES);
            socket.setSendBufferSize(SMALL_BYTES);
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            out = socket.getOutputStream();
            in = new BufferedInputStream(socket.getInputStream(), SMALL_BYTES);
            String head = "POST %s HTTP/1.1\r\nHost: localhost\r\n".formatted(path);
            String rest = String.join("\r\n", more);
            String body = rest.contains("Content-Length") ? "" : "\r\nTransfer-Encoding: chunked";
            out.write((head + rest + body + "\r\n\r\n").getBytes(ISO_8859_1));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    void send(String text) throws IOException {
        send(text.getBytes(UTF_8));
    }

    void send(byte[] bytes) throws IOException {
        ByteArrayOutputStream chunk = new ByteArrayOutputStream(bytes.length + 12);
        chunk.write((Integer.toHexString(bytes.length) + "\r\n").getBytes(ISO_8859_1));
        chunk.write(bytes);
        chunk.write("\r\n".getBytes(ISO_8859_1));
        sendRaw(chunk.toByteArray());
    }

    /// Sends bytes as they are, such as the beginning of a chunk.
    void sendRaw(byte[] bytes) throws IOException {
        out.write(bytes);
    }

    /// Ends the body.
    void end() throws IOException {
        sendRaw("0\r\n\r\n".getBytes(ISO_8859_1));
    }

    /// Sends nothing more, whether or not the body has ended, and can still read.
    void breakOff() throws IOException {
        socket.shutdownOutput();
    }

    /// The status of the answer; waits for it.
    int status() throws IOException {
        readHead();
        return status;
    }

    /// A header of the answer by its name in lower case; empty where there is none.
    String header(String name) throws IOException {
        readHead();
        return headers.getOrDefault(name, "");
    }

    /// The next line of the answer.
    ///
    /// @return null at the answer's proper end
    /// @throws EOFException when it breaks off
    @Nullable String line() throws IOException {
        readHead();
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int next = read();
        while (next >= 0 && next != '\n') {
            line.write(next);
            next = read();
        }
        return next < 0 && line.size() == 0 ? null : line.toString(UTF_8);
    }

    /// The next verdict, or the problem that the answer is.
    JsonNode verdict() throws IOException {
        String line = line();
        if (line == null) {
            throw new AssertionError("the answer has ended");
        }
        return Caller.JSON.readTree(line);
    }

    /// The verdicts up to the proper end.
    List<JsonNode> rest() throws IOException {
        List<JsonNode> verdicts = new ArrayList<>();
        for (String line = line(); line != null; line = line()) {
            verdicts.add(Caller.JSON.readTree(line));
        }
        return verdicts;
    }

    /// Breaks the connection off with a reset.
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    private void readHead() throws IOException {
        if (status > 0) {
            return;
        }
        status = Integer.parseInt(rawLine().split(" ", 3)[1]);
        for (String line = rawLine(); !line.isEmpty(); line = rawLine()) {
            int colon = line.indexOf(':');
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        chunked = headers.getOrDefault("transfer-encoding", "").equals("chunked");
        left = chunked ? 0 : Long.parseLong(headers.getOrDefault("content-length", "0"));
        ended = !chunked && left == 0;
    }

    private int read() throws IOException {
        if (chunked && left == 0 && !ended) {
            left = HexFormat.fromHexDigitsToLong(rawLine());
            ended = left == 0;
            if (ended) {
                rawLine();
            }
        }
        if (ended) {
            return -1;
        }
        int next = require(in.read());
        left--;
        if (left == 0) {
            if (chunked) {
                rawLine();
            } else {
                ended = true;
            }
        }
        return next;
    }

    private String rawLine() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int next = require(in.read());
        while (next != '\n') {
            line.write(next);
            next = require(in.read());
        }
        return line.toString(ISO_8859_1).strip();
    }

    private static int require(int next) throws EOFException {
        if (next < 0) {
            throw new EOFException("the answer broke off");
        }
        return next;
    }
}
