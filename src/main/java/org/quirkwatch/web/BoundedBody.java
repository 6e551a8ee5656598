package org.quirkwatch.web;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.springframework.http.MediaType;

/// Reads the JSON body of a request, and never more of it than a limit.
public final class BoundedBody {

    private BoundedBody() {}

    /// The bytes of a body, not looked at.
    ///
    /// @param request whose content type the endpoint has accepted as JSON
    /// @param maxBytes the most that it may have
    /// @throws Problem `payload-too-large` above the limit, before reading where the length is
    ///   announced; `unsupported-media-type` for another charset than UTF-8 or a content encoding;
    ///   `invalid-request` when the body breaks off
    public static byte[] read(HttpServletRequest request, int maxBytes) {
        requirePlainUtf8(request);
        requireWithin(request.getContentLengthLong(), maxBytes);
        try {
            byte[] body = request.getInputStream().readNBytes(maxBytes + 1);
            requireWithin(body.length, maxBytes);
            return body;
        } catch (IOException e) {
            throw new Problem(
                    ProblemCode.INVALID_REQUEST, "the body could not be read to its end", e);
        }
    }

    private static void requireWithin(long bytes, int maxBytes) {
        if (!(bytes <= maxBytes)) {
            throw new Problem(
                    ProblemCode.PAYLOAD_TOO_LARGE,
                    "the body has %s bytes, at most %d"
                            .formatted(
                                    bytes == maxBytes + 1L ? "more than " + maxBytes : bytes,
                                    maxBytes));
        }
    }

    private static void requirePlainUtf8(HttpServletRequest request) {
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
