package org.quirkwatch.web;

import jakarta.servlet.http.HttpServletRequest;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.springframework.http.MediaType;

/// Reads the JSON bodies of requests: each within its limit and within a time, and all that are
/// held at once within a budget, so that many large ones cannot fill the memory. Thread-safe.
public final class BoundedBodies {

    private static final int BLOCK_BYTES = 1 << 16;

    private final long maxBytesOfAll;
    private final Duration maxTime;
    private final AtomicLong held = new AtomicLong();

    /// Holds nothing yet.
    ///
    /// @param maxBytesOfAll what all bodies together may have
    /// @param maxTime in which a body has to arrive
    public BoundedBodies(long maxBytesOfAll, Duration maxTime) {
        this.maxBytesOfAll = maxBytesOfAll;
        this.maxTime = maxTime;
    }

    /// A body; its share of the budget is held until it is closed.
    public final class Body implements AutoCloseable {

        private byte[] bytes = new byte[0];
        private long share;

        private Body() {}

        /// The bytes, not looked at.
        public byte[] bytes() {
            return bytes;
        }

        private void hold(int more) {
            if (held.addAndGet(more) > maxBytesOfAll) {
                held.addAndGet(-more);
                throw new Problem(
                        ProblemCode.OVERLOADED,
                        "the bodies of other requests fill the %d bytes that there are for all"
                                .formatted(maxBytesOfAll));
            }
            share += more;
        }

        @Override
        public void close() {
            held.addAndGet(-share);
            share = 0;
        }
    }

    /// Reads a body.
    ///
    /// @param request whose content type the endpoint has accepted as JSON
    /// @param maxBytes the most that it may have
    /// @throws Problem `payload-too-large` above the limit, before reading where the length is
    ///   announced; `unsupported-media-type` for another charset than UTF-8 or a content encoding;
    ///   `request-timeout` and `overloaded`; `invalid-request` when the body breaks off
    public Body read(HttpServletRequest request, int maxBytes) {
        requirePlainUtf8(request);
        long announced = request.getContentLengthLong();
        requireWithin(announced, maxBytes);
        Body body = new Body();
        try {
            body.bytes = read(request.getInputStream(), (int) announced, maxBytes, body);
            return body;
        } catch (IOException e) {
            body.close();
            throw unreadable(e);
        } catch (RuntimeException e) {
            body.close();
            throw e;
        }
    }

    /// @param announced the length, -1 where it is not known
    private byte[] read(InputStream in, int announced, int maxBytes, Body body) throws IOException {
        long begin = System.nanoTime();
        byte[] bytes = new byte[0];
        int length = 0;
        while (true) {
            if (length == bytes.length) {
                // What was announced may never come: no more than a block ahead of what has.
                int wanted = announced >= 0 ? announced - length : length;
                int more = Math.clamp(wanted, 1, Math.max(BLOCK_BYTES, length));
                body.hold(more);
                bytes = Arrays.copyOf(bytes, length + more);
            }
            int n = in.read(bytes, length, bytes.length - length);
            if (n < 0) {
                if (length < announced) {
                    throw new EOFException("%d of %d bytes came".formatted(length, announced));
                }
                return length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
            }
            length += n;
            requireWithin(length, maxBytes);
            if (length == announced) {
                return bytes;
            }
            if (System.nanoTime() - begin > maxTime.toNanos()) {
                throw late();
            }
        }
    }

    /// Why a body could not be read to its end: `request-timeout` where nothing more came, else
    /// `invalid-request`.
    ///
    /// @param cause what reading threw
    public static Problem unreadable(IOException cause) {
        // Tomcat gives every failure of a read as its own exception, with what happened as cause.
        boolean timeout =
                cause instanceof SocketTimeoutException
                        || cause.getCause() instanceof SocketTimeoutException;
        return timeout
                ? new Problem(
                        ProblemCode.REQUEST_TIMEOUT,
                        "the body stopped coming before its end",
                        cause)
                : new Problem(
                        ProblemCode.INVALID_REQUEST,
                        "the body could not be read to its end",
                        cause);
    }

    private Problem late() {
        return new Problem(
                ProblemCode.REQUEST_TIMEOUT,
                "the body did not arrive within %d ms".formatted(maxTime.toMillis()));
    }

    private static void requireWithin(long bytes, int maxBytes) {
        if (!(bytes <= maxBytes)) {
            throw new Problem(
                    ProblemCode.PAYLOAD_TOO_LARGE,
                    "the body has %d bytes or more, at most %d".formatted(bytes, maxBytes));
        }
    }

    /// Checks that a body needs no decoding but UTF-8.
    ///
    /// @throws Problem `unsupported-media-type`
    public static void requirePlainUtf8(HttpServletRequest request) {
        String encoding = request.getHeader("Content-Encoding");
        if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
            throw new Problem(
                    ProblemCode.UNSUPPORTED_MEDIA_TYPE,
                    "a content encoding is not supported here: send the body as it is");
        }
        String type = request.getContentType();
        String charset =
                type == null ? null : MediaType.parseMediaType(type).getParameter("charset");
        if (charset != null && !charset.equalsIgnoreCase(StandardCharsets.UTF_8.name())) {
            throw new Problem(
                    ProblemCode.UNSUPPORTED_MEDIA_TYPE,
                    "JSON is read as UTF-8, not in another charset");
        }
    }
}
