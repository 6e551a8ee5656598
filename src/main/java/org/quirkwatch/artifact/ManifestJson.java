package org.quirkwatch.artifact;

import com.fasterxml.jackson.annotation.Nulls;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// A manifest to JSON and back. Reading is strict: no unknown, missing, repeated or null field, no
/// number for a text, nothing after the end.
final class ManifestJson {

    private static final int MOST_TEXT = 4096;
    private static final JsonMapper MAPPER = mapper(MOST_TEXT).build();

    private ManifestJson() {}

    /// One that is as strict, save that fields may be missing, for lines of texts.
    static JsonMapper strict() {
        return mapper(ExamplesFile.MOST_BYTES)
                .disable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
                .disable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
                .build();
    }

    private static JsonMapper.Builder mapper(int mostText) {
        return JsonMapper.builder(
                        JsonFactory.builder()
                                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                                .streamReadConstraints(
                                        StreamReadConstraints.builder()
                                                .maxNestingDepth(16)
                                                .maxNumberLength(40)
                                                .maxStringLength(mostText)
                                                .maxNameLength(512)
                                                .build())
                                .build())
                .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                .changeDefaultNullHandling(nulls -> nulls.withContentNulls(Nulls.FAIL))
                .enable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
                .disable(MapperFeature.SORT_CREATOR_PROPERTIES_FIRST)
                .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
                .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT);
    }

    static byte[] canonical(Manifest manifest) {
        return MAPPER.writeValueAsBytes(manifest);
    }

    static byte[] readable(Manifest manifest) {
        return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsBytes(manifest);
    }

    /// @throws JacksonException where it is no manifest: the path of the field is in it
    /// @throws IllegalArgumentException for another format or version
    static Manifest parse(byte[] json) {
        // The format is looked at first: another version may have other fields.
        JsonNode tree = MAPPER.readTree(json);
        if (!tree.isObject() || !tree.path("format").asString("").equals(Manifest.FORMAT)) {
            throw new IllegalArgumentException(
                    "field format must be \"%s\"".formatted(Manifest.FORMAT));
        }
        if (tree.path("format_version").asInt(-1) != Manifest.FORMAT_VERSION) {
            throw new IllegalArgumentException(
                    "field format_version must be %d".formatted(Manifest.FORMAT_VERSION));
        }
        if (tree instanceof ObjectNode fields && !fields.has("files")) {
            // Artifacts that keep nothing but tensors have no such field.
            fields.putObject("files");
        }
        return MAPPER.treeToValue(tree, Manifest.class);
    }

    /// The field that an exception is about, such as `layers[2].name`.
    static String field(JacksonException e) {
        StringBuilder field = new StringBuilder();
        for (JacksonException.Reference reference : e.getPath()) {
            if (reference.getPropertyName() == null) {
                field.append('[').append(reference.getIndex()).append(']');
            } else {
                field.append(field.isEmpty() ? "" : ".").append(reference.getPropertyName());
            }
        }
        return field.isEmpty() ? "(top)" : field.toString();
    }
}
