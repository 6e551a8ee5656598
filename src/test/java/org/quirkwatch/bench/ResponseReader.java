package org.quirkwatch.bench;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/// Reads answers of HTTP/1.1 off a connection: the status, the headers that the load tool looks at,
/// and a body framed by its length, by chunks or by the connection's end. Belongs to one thread.
final class ResponseReader {

    private static final int MAX_LINE_BYTES = 1 << 16;
    private static final long UNTIL_CLOSED = Long.MAX_VALUE;

    private final InputStream in;
    private final byte[] buffer = new byte[1 << 14];
    private int from;
    private int to;

    ResponseReader(InputStream in) {
        this.in = in;
    }

    /// Whether something was read and not yet handed on.
    boolean isBuffered() {
        return from < to;
    }

    /// Waits until an answer begins.
    ///
    /// @return false when the connection ended instead
    boolean begins() throws IOException {
        return isBuffered() || fill();
    }

    Answer answer() throws IOException {
        Answer.Head head = head();
        try (InputStream body = body(head)) {
            return new Answer(head, body.readAllBytes());
        }
    }

    /// The head of the final answer: interim ones are passed over.
    Answer.Head head() throws IOException {
        while (true) {
            Answer.Head head = anyHead();
            if (head.status() >= 200) {
                return head;
            }
        }
    }

    private Answer.Head anyHead() throws IOException {
        String status = line();
        if (!status.matches("HTTP/1\\.[01] [1-5][0-9][0-9]( .*)?")) {
            throw new ProtocolException("no status line: " + status);
        }
        long length = -1;
        boolean chunked = false;
        boolean retryAfter = false;
        boolean closes = status.startsWith("HTTP/1.0");
        for (String header = line(); !header.isEmpty(); header = line()) {
            int colon = header.indexOf(':');
            if (colon < 1) {
                throw new ProtocolException("no header: " + header);
            }
            String value = header.substring(colon + 1).strip();
            switch (header.substring(0, colon).toLowerCase(Locale.ROOT)) {
                case "content-length" -> length = Long.parseLong(value);
                case "transfer-encoding" -> chunked = value.equalsIgnoreCase("chunked");
                case "retry-after" -> retryAfter = !value.isEmpty();
                case "connection" -> closes |= value.equalsIgnoreCase("close");
                default -> {}
            }
        }
        int code = Integer.parseInt(status.substring(9, 12));
        return new Answer.Head(code, length, chunked, retryAfter, closes);
    }

    /// The body behind a head that was just read. Its end is the answer's; `EOFException` where the
    /// connection ends before it.
    InputStream body(Answer.Head head) {
        if (head.status() == 204 || head.status() == 304) {
            return InputStream.nullInputStream();
        }
        if (head.chunked()) {
            return new Body(0, true);
        }
        return new Body(head.contentLength() < 0 ? UNTIL_CLOSED : head.contentLength(), false);
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder(64);
        while (true) {
            int next = read();
            if (next == '\n') {
                int end = line.length();
                boolean carriage = end > 0 && line.charAt(end - 1) == '\r';
                return line.substring(0, carriage ? end - 1 : end);
            }
            if (!(line.length() < MAX_LINE_BYTES)) {
                throw new ProtocolException("a line of more than " + MAX_LINE_BYTES + " bytes");
            }
            line.append((char) next);
        }
    }

    private int read() throws IOException {
        if (from == to && !fill()) {
            throw new EOFException("the connection ended within an answer");
        }
        return buffer[from++] & 0xff;
    }

    private boolean fill() throws IOException {
        from = 0;
        to = Math.max(0, in.read(buffer));
        return to > 0;
    }

    /// A body, without its framing.
    private final class Body extends InputStream {

        private final boolean chunked;
        private long left;
        private boolean first = true;
        private boolean ended;

        private Body(long left, boolean chunked) {
            this.left = left;
            this.chunked = chunked;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            if (chunked && left == 0 && !ended) {
                nextChunk();
            }
            if (ended || left == 0) {
                return -1;
            }
            if (from == to && !fill()) {
                if (left == UNTIL_CLOSED) {
                    return -1;
                }
                throw new EOFException("the connection ended within a body");
            }
            int count = (int) Math.min(Math.min(length, to - from), left);
            System.arraycopy(buffer, from, bytes, offset, count);
            from += count;
            left -= left == UNTIL_CLOSED ? 0 : count;
            return count;
        }

        private void nextChunk() throws IOException {
            if (!first && !line().isEmpty()) {
                throw new ProtocolException("a chunk is longer than it says");
            }
            first = false;
            String size = line().split(";", 2)[0].strip();
            if (!size.matches("[0-9a-fA-F]{1,8}")) {
                throw new ProtocolException("no size of a chunk: " + size);
            }
            left = Long.parseLong(size, 16);
            if (left == 0) {
                String trailer = line();
                while (!trailer.isEmpty()) {
                    trailer = line();
                }
                ended = true;
            }
        }
    }

    /// The text of bytes as they stand in a head or in our requests.
    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
