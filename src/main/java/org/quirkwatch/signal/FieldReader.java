package org.quirkwatch.signal;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/// The fields of one JSON object: each is read by its rule, and what breaks it goes to the faults.
final class FieldReader {

    private static final JsonMapper COMPACT = JsonMapper.builder().build();

    private final Map<?, ?> object;
    private final String pointer;
    private final Faults faults;

    FieldReader(Map<?, ?> object, String pointer, Faults faults) {
        this.object = object;
        this.pointer = pointer;
        this.faults = faults;
    }

    /// What a value is, in the words of JSON.
    static String kind(@Nullable Object value) {
        return switch (value) {
            case null -> "nothing";
            case String ignored -> "a string";
            case Boolean ignored -> "a boolean";
            case Number ignored -> "a number";
            case List<?> ignored -> "an array";
            default -> "an object";
        };
    }

    void refuseOthers(Collection<String> known) {
        for (Object name : object.keySet()) {
            if (!known.contains(name)) {
                String text = String.valueOf(name);
                faults.add(
                        pointer + "/" + escape(text),
                        "%s is not a field here: expected %s"
                                .formatted(Excerpt.quoted(text), String.join(", ", known)));
            }
        }
    }

    /// A text that the model reads, or null when it is absent or wrong.
    @Nullable String text(String field, int maxChars, boolean required) {
        Object value = object.get(field);
        if (value == null) {
            if (required) {
                fault(field, "a string is required");
            }
            return null;
        }
        return checkedText(value, pointer + "/" + field, maxChars);
    }

    /// A text of one line, such as an id, or null when it is absent or wrong.
    @Nullable String line(String field, int maxChars) {
        String text = text(field, maxChars, false);
        if (text != null && text.codePoints().anyMatch(Character::isISOControl)) {
            fault(field, "control characters are not allowed here, got " + Excerpt.quoted(text));
            return null;
        }
        return text;
    }

    /// Distinct texts, two or more; empty when absent or wrong.
    List<String> choices(String field, int maxChoices, int maxChars) {
        Object value = object.get(field);
        if (value == null) {
            return List.of();
        }
        if (!(value instanceof List<?> list)) {
            fault(field, "an array of strings was expected, got " + kind(value));
            return List.of();
        }
        if (!(list.size() >= 2 && list.size() <= maxChoices)) {
            fault(
                    field,
                    "2 to %d choices were expected, got %d".formatted(maxChoices, list.size()));
            return List.of();
        }
        List<String> result = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < list.size(); i++) {
            String place = pointer + "/" + field + "/" + i;
            String choice = checkedText(list.get(i), place, maxChars);
            if (choice != null && !seen.add(choice)) {
                faults.add(place, "%s stands twice".formatted(Excerpt.quoted(choice)));
            } else if (choice != null) {
                result.add(choice);
            }
        }
        return result;
    }

    /// A caller's own notes; empty when absent or wrong. A note of null is left out.
    Map<String, Object> notes(String field, int maxBytes) {
        Object value = object.get(field);
        if (value == null) {
            return Map.of();
        }
        if (!(value instanceof Map<?, ?> map)) {
            fault(field, "an object was expected, got " + kind(value));
            return Map.of();
        }
        if (!isWellFormed(map)) {
            fault(field, "a lone surrogate is not text");
            return Map.of();
        }
        int bytes = COMPACT.writeValueAsBytes(map).length;
        if (!(bytes <= maxBytes)) {
            fault(field, "%d bytes, at most %d".formatted(bytes, maxBytes));
            return Map.of();
        }
        Map<String, Object> result = new LinkedHashMap<>();
        map.forEach((name, note) -> {
            if (name instanceof String text && note != null) {
                result.put(text, note);
            }
        });
        return result;
    }

    private @Nullable String checkedText(@Nullable Object value, String place, int maxChars) {
        if (!(value instanceof String text)) {
            faults.add(place, "a string was expected, got " + kind(value));
            return null;
        }
        String fault = textFault(text, maxChars);
        if (fault != null) {
            faults.add(place, fault);
            return null;
        }
        return text;
    }

    private static @Nullable String textFault(String text, int maxChars) {
        if (!(text.length() <= maxChars)) {
            return "%d characters, at most %d".formatted(text.length(), maxChars);
        }
        if (text.isEmpty()) {
            return "the text is empty";
        }
        if (text.isBlank()) {
            return "the text is blank";
        }
        if (text.indexOf('\0') >= 0) {
            return "a NUL character (U+0000) at %d is not text".formatted(text.indexOf('\0'));
        }
        if (!isWellFormed(text)) {
            return "a lone surrogate is not text";
        }
        return null;
    }

    private static boolean isWellFormed(@Nullable Object value) {
        return switch (value) {
            case null -> true;
            case String text -> text.codePoints().noneMatch(Excerpt::isLoneSurrogate);
            case List<?> list -> list.stream().allMatch(FieldReader::isWellFormed);
            case Map<?, ?> map ->
                    map.entrySet().stream()
                            .allMatch(e -> isWellFormed(e.getKey()) && isWellFormed(e.getValue()));
            default -> true;
        };
    }

    private void fault(String field, String detail) {
        faults.add(pointer + "/" + field, detail);
    }

    /// A name as part of a JSON pointer (RFC 6901), shortened like an excerpt.
    private static String escape(String name) {
        String quoted = Excerpt.quoted(name);
        return quoted.substring(1, quoted.length() - 1).replace("~", "~0").replace("/", "~1");
    }
}
