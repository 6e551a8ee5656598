package org.quirkwatch.job;

import jakarta.servlet.http.HttpServletRequest;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.web.BoundedBodies;

/// What callers upload for jobs: bodies as they are or compressed with gzip, read within the bounds
/// of size, inflation and time. Thread-safe.
public final class JobInputs {

    private static final int BUFFER_BYTES = 1 << 16;
    // A little that is very regular is no bomb.
    private static final long ALWAYS_INFLATED = 1 << 20;

    private final JobProperties properties;

    JobInputs(JobProperties properties) {
        this.properties = properties;
    }

    /// The body of a request; compressed where `Content-Encoding` is `gzip` or the content type is
    /// `application/gzip`.
    ///
    /// @return reading throws the problems `payload-too-large`, `request-timeout`,
    ///   `invalid-request`
    /// @throws Problem `unsupported-media-type` for another encoding, or both at once;
    ///   `payload-too-large` when more is announced than may come
    public InputStream body(HttpServletRequest request) throws IOException {
        String encoding = request.getHeader("Content-Encoding");
        boolean encoded = "gzip".equalsIgnoreCase(encoding);
        String type = String.valueOf(request.getContentType()).toLowerCase(Locale.ROOT);
        boolean file = type.startsWith("application/gzip") || type.startsWith("application/x-gzip");
        if ((encoding != null && !encoded && !encoding.equalsIgnoreCase("identity"))
                || (encoded && file)) {
            throw new Problem(
                    ProblemCode.UNSUPPORTED_MEDIA_TYPE,
                    "the body may be compressed once, with gzip");
        }
        long most = properties.maxInputSize().toBytes();
        if (!(request.getContentLengthLong() <= most)) {
            throw tooLarge(most);
        }
        return bounded(request.getInputStream(), encoded || file);
    }

    /// A file, compressed where its name ends in `.gz`.
    ///
    /// @return as of [#body]
    public InputStream file(InputStream in, String name) throws IOException {
        return bounded(in, name.toLowerCase(Locale.ROOT).endsWith(".gz"));
    }

    private InputStream bounded(InputStream in, boolean compressed) throws IOException {
        Counted arrived = new Counted(in, System.nanoTime() + properties.maxInputTime().toNanos());
        try {
            return new Bounded(
                    compressed ? new GZIPInputStream(buffered(arrived), BUFFER_BYTES) : arrived,
                    arrived,
                    compressed);
        } catch (ZipException e) {
            throw unreadable(e);
        }
    }

    private static InputStream buffered(InputStream in) {
        return new BufferedInputStream(in, BUFFER_BYTES);
    }

    private static Problem tooLarge(long most) {
        return new Problem(
                ProblemCode.PAYLOAD_TOO_LARGE,
                "the input has more than %d bytes, inflated".formatted(most));
    }

    /// Why an input could not be read to its end.
    static Problem unreadable(IOException cause) {
        return cause instanceof ZipException
                ? new Problem(
                        ProblemCode.INVALID_REQUEST, "the input is not whole gzip data", cause)
                : BoundedBodies.unreadable(cause);
    }

    /// What arrives.
    private final class Counted extends FilterInputStream {

        private final long deadlineNanos;
        private long bytes;

        Counted(InputStream in, long deadlineNanos) {
            super(in);
            this.deadlineNanos = deadlineNanos;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int from, int count) throws IOException {
            if (System.nanoTime() - deadlineNanos > 0) {
                throw new Problem(
                        ProblemCode.REQUEST_TIMEOUT,
                        "the input did not arrive within %d s"
                                .formatted(properties.maxInputTime().toSeconds()));
            }
            int n = super.read(into, from, count);
            bytes += Math.max(0, n);
            return n;
        }
    }

    /// What is inside.
    private final class Bounded extends FilterInputStream {

        private final Counted arrived;
        private final boolean compressed;
        private long bytes;

        Bounded(InputStream in, Counted arrived, boolean compressed) {
            super(in);
            this.arrived = arrived;
            this.compressed = compressed;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int from, int count) throws IOException {
            int n = super.read(into, from, count);
            bytes += Math.max(0, n);
            long most = properties.maxInputSize().toBytes();
            if (!(bytes <= most)) {
                throw tooLarge(most);
            }
            long inflated = Math.max(ALWAYS_INFLATED, properties.maxInflation() * arrived.bytes);
            if (compressed && !(bytes <= inflated)) {
                throw new Problem(
                        ProblemCode.PAYLOAD_TOO_LARGE,
                        "the input inflates to more than %d times its size"
                                .formatted(properties.maxInflation()));
            }
            return n;
        }
    }
}
