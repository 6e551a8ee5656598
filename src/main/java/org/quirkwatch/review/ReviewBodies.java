package org.quirkwatch.review;

import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.web.BoundedBodies;
import org.quirkwatch.web.Identity;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.json.JsonMapper;

/// What reviewers send: small objects of texts. Everything wrong is said at once, with its place.
/// Thread-safe.
final class ReviewBodies {

    private static final int MAX_BYTES = 1 << 16;
    private static final int MAX_REVIEWER = 100;
    private static final int MAX_NOTE = 4_000;
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

    private final BoundedBodies bodies;

    ReviewBodies(BoundedBodies bodies) {
        this.bodies = bodies;
    }

    /// A decision; the outcome is confirmed or dismissed.
    record Decision(String reviewer, ReviewStatus outcome, @Nullable String note) {}

    /// The reviewer of `{"reviewer": "…"}`: where callers prove who they are, that is who sends it,
    /// and the body names nobody else.
    ///
    /// @throws Problem `malformed-json`, `invalid-review`, and as [BoundedBodies#read] does
    String reviewer(HttpServletRequest request) {
        Map<?, ?> fields = fields(request);
        List<Problem.FieldError> errors = new ArrayList<>();
        refuseOthers(fields, List.of("reviewer"), errors);
        String reviewer = reviewer(fields, Identity.of(request), errors);
        return required(reviewer, errors);
    }

    /// The decision of `{"reviewer": "…", "outcome": "…", "note": "…"}`.
    ///
    /// @throws Problem as [#reviewer] does
    Decision decision(HttpServletRequest request) {
        Map<?, ?> fields = fields(request);
        List<Problem.FieldError> errors = new ArrayList<>();
        refuseOthers(fields, List.of("reviewer", "outcome", "note"), errors);
        String reviewer = reviewer(fields, Identity.of(request), errors);
        String note = text(fields, "note", MAX_NOTE, false, errors);
        Object outcome = fields.get("outcome");
        if (!("confirmed".equals(outcome) || "dismissed".equals(outcome))) {
            errors.add(
                    new Problem.FieldError(
                            "/outcome", "\"confirmed\" or \"dismissed\" was expected"));
        }
        String by = required(reviewer, errors);
        return new Decision(by, ReviewStatus.of(String.valueOf(outcome)), note);
    }

    private Map<?, ?> fields(HttpServletRequest request) {
        try (BoundedBodies.Body body = bodies.read(request, MAX_BYTES)) {
            Object value = JSON.readValue(body.bytes(), Object.class);
            if (value instanceof Map<?, ?> map) {
                return map;
            }
            throw new Problem(
                    ProblemCode.INVALID_REVIEW, "an object with the reviewer was expected");
        } catch (JacksonException e) {
            throw new Problem(ProblemCode.MALFORMED_JSON, "the body is not one JSON object", e);
        }
    }

    private static void refuseOthers(
            Map<?, ?> fields, List<String> known, List<Problem.FieldError> errors) {
        for (Object name : fields.keySet()) {
            if (!known.contains(name)) {
                errors.add(
                        new Problem.FieldError(
                                "", "only %s were expected".formatted(String.join(", ", known))));
                return;
            }
        }
    }

    private static @Nullable String reviewer(
            Map<?, ?> fields, Identity caller, List<Problem.FieldError> errors) {
        String named = text(fields, "reviewer", MAX_REVIEWER, !caller.verified(), errors);
        if (!caller.verified()) {
            return named;
        }
        if (named != null && !named.equals(caller.name())) {
            errors.add(
                    new Problem.FieldError(
                            "/reviewer",
                            "the caller is %s: the same, or none, was expected"
                                    .formatted(caller.name())));
        }
        return caller.name();
    }

    private static @Nullable String text(
            Map<?, ?> fields,
            String name,
            int most,
            boolean required,
            List<Problem.FieldError> errors) {
        Object value = fields.get(name);
        if (value == null && !required) {
            return null;
        }
        if (!(value instanceof String text) || (required && text.isBlank())) {
            errors.add(new Problem.FieldError("/" + name, "a text was expected"));
            return null;
        }
        if (!(text.length() <= most)) {
            errors.add(
                    new Problem.FieldError(
                            "/" + name,
                            "the text has %d characters, at most %d"
                                    .formatted(text.length(), most)));
            return null;
        }
        // A database may refuse the character in text.
        return text.replace('\u0000', '\ufffd');
    }

    private static String required(@Nullable String reviewer, List<Problem.FieldError> errors) {
        if (!errors.isEmpty() || reviewer == null) {
            Problem.FieldError first = errors.getFirst();
            throw new Problem(
                    ProblemCode.INVALID_REVIEW,
                    "the review has a fault at %s: %s".formatted(first.pointer(), first.detail()),
                    errors);
        }
        return reviewer;
    }
}
