package org.quirkwatch.job;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;

/// Sends a job's result: all that is there, or one range of bytes. What was there stays as it was,
/// so a caller whose connection broke goes on where it was.
final class ResultAnswer {

    private static final Logger LOG = LoggerFactory.getLogger(ResultAnswer.class);
    private static final Pattern RANGE = Pattern.compile("bytes=(\\d{0,18})-(\\d{0,18})");
    private static final Pattern GZIP =
            Pattern.compile(
                    "(?:^|,)\\s*(?:gzip|\\*)\\s*(?:;\\s*q=(?!0(?:\\.0{0,3})?\\s*(?:,|$)).*?)?(?:,|$)");

    private final Jobs jobs;
    private final Job job;

    ResultAnswer(Jobs jobs, Job job) {
        this.jobs = jobs;
        this.job = job;
    }

    /// A range, ends included.
    private record Part(long from, long to) {
        long length() {
            return to - from + 1;
        }
    }

    /// @param range the header; what is no single range of bytes is ignored, as RFC 9110 wants
    /// @throws Problem `range-not-satisfiable`, `log-unavailable`
    void answer(@Nullable String range, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        long all = job.resultBytes();
        Part part = range == null ? null : part(range, all);
        Part sent = part == null ? new Part(0, all - 1) : part;
        try (InputStream in = jobs.result(job.id(), sent.from())) {
            response.setContentType(MediaType.APPLICATION_NDJSON_VALUE);
            response.setHeader(HttpHeaders.ACCEPT_RANGES, "bytes");
            response.setHeader(HttpHeaders.VARY, HttpHeaders.ACCEPT_ENCODING);
            if (part != null) {
                response.setStatus(HttpServletResponse.SC_PARTIAL_CONTENT);
                response.setHeader(
                        HttpHeaders.CONTENT_RANGE,
                        "bytes %d-%d/%d".formatted(part.from(), part.to(), all));
            }
            if (part == null && acceptsGzip(request)) {
                response.setHeader(HttpHeaders.CONTENT_ENCODING, "gzip");
                try (GZIPOutputStream out = new GZIPOutputStream(response.getOutputStream())) {
                    copy(in, out, sent.length());
                }
            } else {
                response.setContentLengthLong(sent.length());
                copy(in, response.getOutputStream(), sent.length());
            }
        } catch (IOException e) {
            LOG.debug("the caller of a result has gone", e);
        } catch (Problem e) {
            if (!response.isCommitted()) {
                response.reset();
                throw e;
            }
            LOG.debug("a result broke off", e);
            // Or the caller would take what it has for the whole.
            throw new IOException("the result broke off", e);
        }
    }

    private static void copy(InputStream in, OutputStream out, long length) throws IOException {
        byte[] buffer = new byte[1 << 16];
        long left = length;
        while (left > 0) {
            int n = in.read(buffer, 0, (int) Math.min(buffer.length, left));
            if (n < 0) {
                throw new Problem(ProblemCode.NOT_FOUND, "the job was deleted meanwhile");
            }
            out.write(buffer, 0, n);
            left -= n;
        }
    }

    private static @Nullable Part part(String header, long all) {
        Matcher matcher = RANGE.matcher(header.strip());
        if (!matcher.matches() || header.strip().equals("bytes=-")) {
            return null;
        }
        String first = matcher.group(1);
        String last = matcher.group(2);
        long from =
                first.isEmpty() ? Math.max(0, all - Long.parseLong(last)) : Long.parseLong(first);
        long to =
                first.isEmpty() || last.isEmpty()
                        ? all - 1
                        : Math.min(all - 1, Long.parseLong(last));
        if (!(from <= to)) {
            throw new Problem(
                    ProblemCode.RANGE_NOT_SATISFIABLE,
                    "the result has %d bytes, and none of them is in the range".formatted(all));
        }
        return new Part(from, to);
    }

    private static boolean acceptsGzip(HttpServletRequest request) {
        String accepted = request.getHeader(HttpHeaders.ACCEPT_ENCODING);
        return accepted != null && GZIP.matcher(accepted.toLowerCase(Locale.ROOT)).find();
    }
}
