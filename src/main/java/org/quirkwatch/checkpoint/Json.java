package org.quirkwatch.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import org.quirkwatch.problem.Problem;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A JSON object of a checkpoint's file, with checked access to its fields. A field that is `null`
/// counts as absent, as it does for transformers. Duplicate names, deep nesting and anything after
/// the object are refused.
///
/// @param file the file's name, for messages
/// @param prefix where in the file the object lies: empty, or the names above it, each with a dot
/// @param node the object
record Json(String file, String prefix, JsonNode node) {

    /// Bounded in nesting, names and strings. Names are not interned: a hostile file would fill the
    /// process-wide table.
    static final JsonFactory FACTORY =
            JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .disable(TokenStreamFactory.Feature.INTERN_PROPERTY_NAMES)
                    .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxNestingDepth(64)
                                    .maxNumberLength(64)
                                    .maxNameLength(4096)
                                    .maxStringLength(8 << 20)
                                    .build())
                    .build();

    private static final JsonMapper MAPPER =
            JsonMapper.builder(FACTORY)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .build();

    /// Reads a file that must hold one JSON object.
    ///
    /// @throws Problem `invalid-checkpoint` where it is larger than the limit or not an object
    static Json read(Path path, long maxBytes) {
        String file = String.valueOf(path.getFileName());
        byte[] bytes = bytes(path, maxBytes);
        try {
            JsonNode node = MAPPER.readTree(bytes);
            if (!node.isObject()) {
                throw Invalid.checkpoint(file, "expected a JSON object");
            }
            return new Json(file, "", node);
        } catch (JacksonException e) {
            throw Invalid.checkpoint(
                    file, "not well-formed JSON: " + Invalid.quote(e.getOriginalMessage()), e);
        }
    }

    /// A file's bytes, with a limit that holds even where the file grows meanwhile.
    static byte[] bytes(Path path, long maxBytes) {
        String file = String.valueOf(path.getFileName());
        try (InputStream in = Files.newInputStream(path)) {
            byte[] bytes = in.readNBytes((int) maxBytes + 1);
            if (!(bytes.length <= maxBytes)) {
                throw Invalid.checkpoint(
                        file, "larger than the limit of %d bytes".formatted(maxBytes));
            }
            return bytes;
        } catch (IOException e) {
            throw Invalid.checkpoint(file, "cannot be read", e);
        }
    }

    /// Whether the field is there and not null.
    boolean has(String name) {
        JsonNode value = node.get(name);
        return value != null && !value.isNull();
    }

    /// A field, null taken as absent.
    Optional<JsonNode> get(String name) {
        return has(name) ? Optional.ofNullable(node.get(name)) : Optional.empty();
    }

    /// A field that must be there: a whole number within limits, both included.
    int integer(String name, int min, int max) {
        return integerIfPresent(name, min, max)
                .orElseThrow(() ->
                        problem(
                                name,
                                "is missing, expected a whole number from %d to %d"
                                        .formatted(min, max)));
    }

    /// A whole number within limits, both included.
    OptionalInt integerIfPresent(String name, int min, int max) {
        if (!has(name)) {
            return OptionalInt.empty();
        }
        JsonNode value = node.get(name);
        if (!(value.isIntegralNumber()
                && value.canConvertToLong()
                && value.longValue() >= min
                && value.longValue() <= max)) {
            throw problem(
                    name,
                    "must be a whole number from %d to %d, got %s"
                            .formatted(min, max, shown(name)));
        }
        return OptionalInt.of(value.intValue());
    }

    /// A number that is finite and greater than 0; the default where it is absent.
    double positive(String name, double absent) {
        return has(name) ? positive(name) : absent;
    }

    /// A field that must be there: a number that is finite and greater than 0.
    double positive(String name) {
        JsonNode value = node.get(name);
        double number = value != null && value.isNumber() ? value.asDouble() : Double.NaN;
        if (!(number > 0 && number < Double.POSITIVE_INFINITY)) {
            throw problem(name, "must be a number greater than 0, got " + shown(name));
        }
        return number;
    }

    /// `true` or `false`; the default where it is absent.
    boolean flag(String name, boolean absent) {
        if (!has(name)) {
            return absent;
        }
        JsonNode value = node.get(name);
        if (!value.isBoolean()) {
            throw problem(name, "must be true or false, got " + shown(name));
        }
        return value.asBoolean();
    }

    /// A text, empty where it is absent.
    Optional<String> text(String name) {
        if (!has(name)) {
            return Optional.empty();
        }
        JsonNode value = node.get(name);
        if (!value.isString()) {
            throw problem(name, "must be a text, got " + shown(name));
        }
        return Optional.of(value.stringValue());
    }

    /// An object, empty where it is absent.
    Optional<Json> object(String name) {
        if (!has(name)) {
            return Optional.empty();
        }
        JsonNode value = node.get(name);
        if (!value.isObject()) {
            throw problem(name, "must be an object, got " + shown(name));
        }
        return Optional.of(new Json(file, prefix + name + ".", value));
    }

    /// The value of a field as JSON, shortened; `nothing` where it is absent.
    String shown(String name) {
        JsonNode value = node.get(name);
        if (value == null) {
            return "nothing";
        }
        return value.isContainer()
                ? (value.isArray() ? "a list" : "an object")
                : value.isString() ? Invalid.quote(value.stringValue()) : value.asString();
    }

    /// A problem with a field of this object.
    Problem problem(String name, String detail) {
        return Invalid.checkpoint(file, prefix + name + " " + detail);
    }
}
