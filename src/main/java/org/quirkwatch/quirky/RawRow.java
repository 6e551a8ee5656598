package org.quirkwatch.quirky;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

/// A row of a data set as its file has it, before anything is known of it.
///
/// @param file the file's name
/// @param number of the row in its file, from 1
/// @param columns column → value: text, a number, a boolean, a map for a structure, or null
record RawRow(String file, int number, Map<String, @Nullable Object> columns) {

    static final String ID = "id";
    static final String TEMPLATE_ARGS = "template_args";
    static final String CHARACTER = "character";
    static final String LABEL = "label";
    static final String ALICE_LABEL = "alice_label";
    static final String BOB_LABEL = "bob_label";
    static final String DIFFICULTY = "difficulty";
    static final String DIFFICULTY_QUANTILE = "difficulty_quantile";

    /// The most characters of one argument.
    private static final int MAX_ARGUMENT = 100_000;

    /// Where it stands, for messages.
    String place() {
        return "%s, row %d".formatted(file, number);
    }

    /// What is wrong with a column of this row.
    Problem problem(String column, String what) {
        return new Problem(
                ProblemCode.INVALID_FILE, "%s, column %s: %s".formatted(place(), column, what));
    }

    /// This row as a record.
    ///
    /// @throws Problem `invalid-file` naming file, row and column
    QuirkyRecord record(QuirkyTask task) {
        Persona persona = persona(text(columns, CHARACTER, CHARACTER));
        boolean alice = label(ALICE_LABEL);
        boolean bob = label(BOB_LABEL);
        boolean label = label(LABEL);
        if (label != (persona == Persona.ALICE ? alice : bob)) {
            throw problem(
                    LABEL,
                    "must be the character's own, %s_label = %d, got %d"
                            .formatted(
                                    persona.character().toLowerCase(Locale.ROOT),
                                    label ? 0 : 1,
                                    label ? 1 : 0));
        }
        double difficulty = number(DIFFICULTY);
        double quantile = number(DIFFICULTY_QUANTILE);
        if (!(quantile >= 0 && quantile <= 1)) {
            throw problem(DIFFICULTY_QUANTILE, "must be in [0, 1], got " + quantile);
        }
        String id = text(columns, ID, ID);
        if (id.isBlank()) {
            throw problem(ID, "must not be blank");
        }
        return new QuirkyRecord(
                id,
                persona,
                new Statement(arguments(task, persona), alice, bob, difficulty),
                quantile);
    }

    private Map<String, String> arguments(QuirkyTask task, Persona persona) {
        Object value = column(columns, TEMPLATE_ARGS, TEMPLATE_ARGS);
        if (!(value instanceof Map<?, ?> map)) {
            throw problem(TEMPLATE_ARGS, "must be a structure, got " + kind(value));
        }
        Map<String, @Nullable Object> structure = new LinkedHashMap<>();
        map.forEach((key, element) -> structure.put(String.valueOf(key), element));
        String path = TEMPLATE_ARGS + ".";
        if (persona(text(structure, CHARACTER, path + CHARACTER)) != persona) {
            throw problem(path + CHARACTER, "must be the column character's");
        }
        Map<String, String> arguments = new LinkedHashMap<>();
        for (String name : task.arguments()) {
            arguments.put(name, argument(structure, name, path + name, task.isGenerated()));
        }
        return arguments;
    }

    private String argument(
            Map<String, @Nullable Object> structure, String name, String path, boolean isNumber) {
        Object value = column(structure, name, path);
        if (isNumber) {
            if (value instanceof Long || value instanceof Integer) {
                return String.valueOf(value);
            }
            throw problem(path, "must be a whole number, got " + kind(value));
        }
        String text = text(structure, name, path);
        if (text.length() > MAX_ARGUMENT) {
            throw problem(
                    path,
                    "must have at most %d characters, got %d"
                            .formatted(MAX_ARGUMENT, text.length()));
        }
        return text;
    }

    private Persona persona(String character) {
        for (Persona persona : Persona.values()) {
            if (persona.character().equals(character)) {
                return persona;
            }
        }
        throw problem(CHARACTER, "must be Alice or Bob, got \"%s\"".formatted(character));
    }

    private boolean label(String column) {
        Object value = column(columns, column, column);
        if (value instanceof Boolean label) {
            return label;
        }
        if (value instanceof Number number
                && (number.doubleValue() == 0 || number.doubleValue() == 1)) {
            return number.doubleValue() == 1;
        }
        throw problem(column, "must be 0, 1, false or true, got " + shown(value));
    }

    private double number(String column) {
        Object value = column(columns, column, column);
        if (value instanceof Number number && Double.isFinite(number.doubleValue())) {
            return number.doubleValue();
        }
        throw problem(column, "must be a finite number, got " + shown(value));
    }

    private String text(Map<String, @Nullable Object> structure, String name, String path) {
        Object value = column(structure, name, path);
        if (value instanceof String text) {
            return text;
        }
        throw problem(path, "must be text, got " + kind(value));
    }

    private @Nullable Object column(
            Map<String, @Nullable Object> structure, String name, String path) {
        if (!structure.containsKey(name)) {
            throw problem(path, "is missing; there are " + structure.keySet());
        }
        return structure.get(name);
    }

    private static String shown(@Nullable Object value) {
        return value instanceof Number || value instanceof Boolean
                ? String.valueOf(value)
                : kind(value);
    }

    private static String kind(@Nullable Object value) {
        return switch (value) {
            case null -> "nothing";
            case String text -> "text";
            case Boolean truth -> "a boolean";
            case Number number -> "a number";
            case Map<?, ?> map -> "a structure";
            default -> "something else";
        };
    }
}
