package org.quirkwatch.signal;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;

/// Reads one JSON text (RFC 8259) and nothing looser: UTF-8 without exception, no name twice in an
/// object, nothing after the value, bounded depth and numbers that a double can hold. Its messages
/// are its own, so none depends on the parser beneath.
///
/// Objects become insertion-ordered maps, arrays lists, numbers `Long`, `BigInteger` or `Double`.
final class StrictJson {

    /// Deepest nesting of objects and arrays.
    static final int MAX_DEPTH = 32;

    private static final int MAX_DIGITS = 400;
    private static final JsonFactory FACTORY =
            JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    // Texts and names are bounded by the size of the whole.
                                    .maxStringLength(Integer.MAX_VALUE)
                                    .maxNameLength(Integer.MAX_VALUE)
                                    .maxNumberLength(Integer.MAX_VALUE)
                                    .build())
                    .build();

    private final JsonParser parser;
    private final Places places;

    private StrictJson(JsonParser parser, Places places) {
        this.parser = parser;
        this.places = places;
    }

    /// How a place in the text is called in messages.
    private interface Places {
        String of(TokenStreamLocation location);
    }

    /// The value of a JSON text.
    ///
    /// @throws Problem `malformed-json`, saying where (line and column, both from 1)
    static @Nullable Object parse(byte[] utf8) {
        return parse(
                utf8, at -> "line %d, column %d: ".formatted(at.getLineNr(), at.getColumnNr()));
    }

    /// The value of a JSON text that is one line of a longer one.
    ///
    /// @param number of the line, from 1, for messages
    /// @throws Problem `malformed-json`, saying where
    static @Nullable Object parseLine(byte[] utf8, long number) {
        // A carriage return would count as the end of a line in the parser's own places.
        return parse(utf8, at -> "line %d, column %d: ".formatted(number, at.getCharOffset() + 1));
    }

    private static @Nullable Object parse(byte[] utf8, Places places) {
        char[] text = decode(utf8);
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), text)) {
            StrictJson reader = new StrictJson(parser, places);
            JsonToken first = parser.nextToken();
            if (first == null) {
                throw malformed("there is no JSON value in the body");
            }
            Object value = reader.value(first, 0);
            if (parser.nextToken() != null) {
                throw reader.here("there is more after the end of the value");
            }
            return value;
        } catch (JacksonException e) {
            throw syntaxError(text, e.getLocation(), places);
        }
    }

    private static char[] decode(byte[] utf8) {
        CharsetDecoder decoder =
                StandardCharsets.UTF_8
                        .newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .onUnmappableCharacter(CodingErrorAction.REPORT);
        ByteBuffer in = ByteBuffer.wrap(utf8);
        CharBuffer out = CharBuffer.allocate(utf8.length);
        CoderResult result = decoder.decode(in, out, true);
        if (result.isError()) {
            throw malformed("the byte at offset %d is not UTF-8".formatted(in.position()));
        }
        out.flip();
        if (!out.isEmpty() && out.charAt(0) == '\uFEFF') {
            throw malformed("the text starts with a byte order mark, which JSON does not have");
        }
        char[] text = new char[out.remaining()];
        out.get(text);
        return text;
    }

    private @Nullable Object value(JsonToken token, int depth) {
        return switch (token) {
            case START_OBJECT -> object(deeper(depth));
            case START_ARRAY -> array(deeper(depth));
            case VALUE_STRING -> parser.getString();
            case VALUE_NUMBER_INT -> integer();
            case VALUE_NUMBER_FLOAT -> number();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> null;
            case END_OBJECT, END_ARRAY, PROPERTY_NAME, NOT_AVAILABLE, VALUE_EMBEDDED_OBJECT ->
                    throw here("a value was expected");
        };
    }

    private int deeper(int depth) {
        if (!(depth < MAX_DEPTH)) {
            throw here("the value is nested deeper than %d levels".formatted(MAX_DEPTH));
        }
        return depth + 1;
    }

    private Map<String, @Nullable Object> object(int depth) {
        Map<String, @Nullable Object> result = new LinkedHashMap<>();
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = parser.currentName();
            if (result.containsKey(name)) {
                throw here("%s stands twice in one object".formatted(Excerpt.quoted(name)));
            }
            result.put(name, value(parser.nextToken(), depth));
        }
        return result;
    }

    private List<@Nullable Object> array(int depth) {
        List<@Nullable Object> result = new ArrayList<>();
        for (JsonToken token = parser.nextToken();
                token != JsonToken.END_ARRAY;
                token = parser.nextToken()) {
            result.add(value(token, depth));
        }
        return result;
    }

    private Number integer() {
        String digits = digits();
        return digits.length() <= 18
                ? (Number) Long.parseLong(digits)
                : (Number) new BigInteger(digits);
    }

    private Double number() {
        double value = Double.parseDouble(digits());
        if (!Double.isFinite(value)) {
            throw here("the number is larger than a double can hold");
        }
        return value;
    }

    private String digits() {
        int length = parser.getStringLength();
        if (!(length <= MAX_DIGITS)) {
            throw here("a number has %d characters, at most %d".formatted(length, MAX_DIGITS));
        }
        return parser.getString();
    }

    private Problem here(String what) {
        return malformed(places.of(parser.currentTokenLocation()) + what);
    }

    private static Problem syntaxError(
            char[] text, @Nullable TokenStreamLocation location, Places places) {
        if (location == null) {
            return malformed("the text is not JSON");
        }
        long offset = location.getCharOffset();
        if (!(0 <= offset && offset < text.length)) {
            return malformed(places.of(location) + "the text ends in the middle of a value");
        }
        // What writers of JSON get wrong most; the parser stops behind the word.
        String before = new String(text, Math.max(0, (int) offset - 8), Math.min((int) offset, 8));
        if (before.endsWith("NaN") || before.endsWith("Infinity")) {
            return malformed(places.of(location) + "NaN and Infinity are not JSON");
        }
        String unexpected = Character.toString(Character.codePointAt(text, (int) offset));
        return malformed(places.of(location) + "unexpected " + Excerpt.quoted(unexpected));
    }

    private static Problem malformed(String detail) {
        return new Problem(ProblemCode.MALFORMED_JSON, detail);
    }
}
