package org.quirkwatch.access;

import jakarta.servlet.http.HttpServletRequest;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.web.BoundedBodies;
import org.quirkwatch.web.Scope;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.json.JsonMapper;

/// What administrators and reviewers send: small objects. Everything wrong is said at once, with
/// its place, and without what was sent: it may be a secret. Thread-safe.
final class AccessBodies {

    private static final int MAX_BYTES = 1 << 14;
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

    private final BoundedBodies bodies;

    AccessBodies(BoundedBodies bodies) {
        this.bodies = bodies;
    }

    /// A key that is wanted.
    record Wanted(String name, Set<Scope> scopes, Optional<Instant> expires) {}

    /// The key of `{"key": "…"}`.
    ///
    /// @throws Problem `malformed-json`, `invalid-key`, and as [BoundedBodies#read] does
    String key(HttpServletRequest request) {
        Map<?, ?> fields = fields(request, List.of("key"));
        if (fields.get("key") instanceof String key) {
            return key;
        }
        throw invalid(List.of(new Problem.FieldError("/key", "a text was expected")));
    }

    /// What `{"name": "…", "scopes": ["…"], "expires_at": "…"}` asks for.
    ///
    /// @throws Problem as [#key] does
    Wanted wanted(HttpServletRequest request) {
        Map<?, ?> fields = fields(request, List.of("name", "scopes", "expires_at"));
        List<Problem.FieldError> errors = new ArrayList<>();
        String name = "";
        if (fields.get("name") instanceof String text) {
            name = text;
        } else {
            errors.add(new Problem.FieldError("/name", "a text was expected"));
        }
        Set<Scope> scopes = scopes(fields.get("scopes"), errors);
        Optional<Instant> expires = moment(fields.get("expires_at"), errors);
        if (!errors.isEmpty()) {
            throw invalid(errors);
        }
        return new Wanted(name, scopes, expires);
    }

    private Map<?, ?> fields(HttpServletRequest request, List<String> known) {
        Object value;
        try (BoundedBodies.Body body = bodies.read(request, MAX_BYTES)) {
            value = JSON.readValue(body.bytes(), Object.class);
        } catch (JacksonException e) {
            throw new Problem(ProblemCode.MALFORMED_JSON, "the body is not one JSON object");
        }
        if (!(value instanceof Map<?, ?> fields)) {
            throw invalid(List.of(new Problem.FieldError("", "an object was expected")));
        }
        if (!known.containsAll(fields.keySet())) {
            throw invalid(
                    List.of(
                            new Problem.FieldError(
                                    "",
                                    "only %s were expected".formatted(String.join(", ", known)))));
        }
        return fields;
    }

    private static Set<Scope> scopes(
            @org.jspecify.annotations.Nullable Object value, List<Problem.FieldError> errors) {
        Set<Scope> scopes = EnumSet.noneOf(Scope.class);
        if (!(value instanceof List<?> list) || list.isEmpty()) {
            errors.add(
                    new Problem.FieldError(
                            "/scopes", "one or more of score, review, admin were expected"));
            return scopes;
        }
        for (int i = 0; i < list.size(); i++) {
            Optional<Scope> scope =
                    list.get(i) instanceof String text ? Scope.of(text) : Optional.empty();
            if (scope.isEmpty()) {
                errors.add(
                        new Problem.FieldError(
                                "/scopes/" + i, "score, review or admin was expected"));
                return scopes;
            }
            scopes.add(scope.get());
        }
        return scopes;
    }

    private static Optional<Instant> moment(
            @org.jspecify.annotations.Nullable Object value, List<Problem.FieldError> errors) {
        if (value == null) {
            return Optional.empty();
        }
        try {
            Instant moment = OffsetDateTime.parse(String.valueOf(value)).toInstant();
            // As far as databases count.
            if (moment.isBefore(Instant.parse("9999-01-01T00:00:00Z"))) {
                return Optional.of(moment);
            }
        } catch (DateTimeException e) {
            // Said below, like every other wrong moment.
        }
        errors.add(
                new Problem.FieldError(
                        "/expires_at",
                        "a moment before the year 9999 such as 2027-03-01T00:00:00Z was expected"));
        return Optional.empty();
    }

    private static Problem invalid(List<Problem.FieldError> errors) {
        Problem.FieldError first = errors.getFirst();
        return new Problem(
                ProblemCode.INVALID_KEY,
                "the body has a fault at \"%s\": %s".formatted(first.pointer(), first.detail()),
                errors);
    }
}
