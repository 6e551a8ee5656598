package org.quirkwatch.web;

import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.json.JsonMapper;

/// The fields of a small JSON object that came as a body. Each is asked for with its bounds, and
/// what is wrong is said all at once by [#done]. For one thread.
public final class JsonFields {

    private static final int MAX_BYTES = 1 << 16;
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

    private final Map<?, ?> fields;
    private final List<Problem.FieldError> errors = new ArrayList<>();

    private JsonFields(Map<?, ?> fields, List<String> known) {
        this.fields = fields;
        for (Object name : fields.keySet()) {
            if (!known.contains(name)) {
                error("", "only %s were expected".formatted(String.join(", ", known)));
                break;
            }
        }
    }

    /// Reads a body of at most 64 KB.
    ///
    /// @param known the fields that there may be
    /// @throws Problem `malformed-json`, `invalid-request` where it is no object, and as
    ///   [BoundedBodies#read] does
    public static JsonFields read(
            HttpServletRequest request, BoundedBodies bodies, String... known) {
        try (BoundedBodies.Body body = bodies.read(request, MAX_BYTES)) {
            return of(body.bytes(), known);
        }
    }

    /// Reads a body that may be empty, which has no fields then.
    ///
    /// @throws Problem as [#read] does
    public static JsonFields readOptional(
            HttpServletRequest request, BoundedBodies bodies, String... known) {
        try (BoundedBodies.Body body = bodies.read(request, MAX_BYTES)) {
            return body.bytes().length == 0
                    ? new JsonFields(Map.of(), List.of(known))
                    : of(body.bytes(), known);
        }
    }

    private static JsonFields of(byte[] bytes, String... known) {
        try {
            Object value = JSON.readValue(bytes, Object.class);
            if (value instanceof Map<?, ?> map) {
                return new JsonFields(map, List.of(known));
            }
            throw new Problem(ProblemCode.INVALID_REQUEST, "the body must be a JSON object");
        } catch (JacksonException e) {
            throw new Problem(ProblemCode.MALFORMED_JSON, "the body is not one JSON object", e);
        }
    }

    /// A text that may be missing.
    ///
    /// @param most characters
    public Optional<String> text(String name, int most) {
        Object value = fields.get(name);
        if (value == null) {
            return Optional.empty();
        }
        if (!(value instanceof String text) || text.isBlank()) {
            error("/" + name, "a text was expected");
            return Optional.empty();
        }
        if (!(text.length() <= most)) {
            error(
                    "/" + name,
                    "the text has %d characters, at most %d".formatted(text.length(), most));
            return Optional.empty();
        }
        // A database may refuse the character in text.
        return Optional.of(text.replace('\u0000', '\ufffd'));
    }

    /// A number that may be missing.
    ///
    /// @param above it must be more than this
    /// @param most and no more than this
    public OptionalDouble number(String name, double above, double most) {
        Object value = fields.get(name);
        if (value == null) {
            return OptionalDouble.empty();
        }
        if (value instanceof Number number
                && number.doubleValue() > above
                && number.doubleValue() <= most) {
            return OptionalDouble.of(number.doubleValue());
        }
        error("/" + name, "a number in (%s, %s] was expected".formatted(above, most));
        return OptionalDouble.empty();
    }

    /// Says that something is wrong.
    ///
    /// @param pointer a JSON pointer into the body
    /// @param detail what, with the limit
    public void error(String pointer, String detail) {
        errors.add(new Problem.FieldError(pointer, detail));
    }

    /// Ends the reading.
    ///
    /// @throws Problem `invalid-request` with all that was wrong
    public void done() {
        if (!errors.isEmpty()) {
            Problem.FieldError first = errors.getFirst();
            throw new Problem(
                    ProblemCode.INVALID_REQUEST,
                    "the body has a fault at \"%s\": %s".formatted(first.pointer(), first.detail()),
                    errors);
        }
    }

    /// A text that has to be there, after [#done].
    ///
    /// @param found what [#text] gave
    /// @throws Problem `invalid-request` where it is missing
    public static String required(String name, @Nullable String found) {
        if (found == null) {
            String detail = "a text was expected";
            throw new Problem(
                    ProblemCode.INVALID_REQUEST,
                    "the body has a fault at \"/%s\": %s".formatted(name, detail),
                    List.of(new Problem.FieldError("/" + name, detail)));
        }
        return found;
    }
}
