package org.quirkwatch.ingest;

import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Map;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.web.BoundedBodies;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.json.JsonMapper;

/// A body that names a file.
final class PathBody {

    private static final int MAX_BYTES = 1 << 14;
    private static final int MAX_PATH = 4_096;
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

    private PathBody() {}

    /// For the contract.
    @Schema(name = "JobPath", description = "A file of signals on the service's machine.")
    record Document(
            @Schema(
                            description =
                                    "Absolute, below a folder of quirkwatch.paths.allowed-roots.",
                            maxLength = MAX_PATH,
                            example = "/data/signals.jsonl.gz",
                            requiredMode = Schema.RequiredMode.REQUIRED)
                    String path) {}

    /// The path.
    ///
    /// @throws Problem `malformed-json`, `invalid-job`, and as [BoundedBodies#read] does
    static String read(BoundedBodies bodies, HttpServletRequest request) {
        try (BoundedBodies.Body body = bodies.read(request, MAX_BYTES)) {
            Object value = JSON.readValue(body.bytes(), Object.class);
            if (value instanceof Map<?, ?> map
                    && map.size() == 1
                    && map.get("path") instanceof String path
                    && !path.isBlank()
                    && path.length() <= MAX_PATH) {
                return path;
            }
            String detail =
                    "a text of 1 to %d characters was expected, and no other member"
                            .formatted(MAX_PATH);
            throw new Problem(
                    ProblemCode.INVALID_JOB,
                    "/path: " + detail,
                    List.of(new Problem.FieldError("/path", detail)));
        } catch (JacksonException e) {
            throw new Problem(ProblemCode.MALFORMED_JSON, "the body is not one JSON object", e);
        }
    }
}
