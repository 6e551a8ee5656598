package org.quirkwatch.quirky;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.quirkwatch.signal.Signal;
import tools.jackson.databind.json.JsonMapper;

/// One row of a split: a prompt with the label that its character believes in, and what is known of
/// it.
///
/// @param id unique within the task: the task, the persona and the base row
/// @param prompt the whole prompt
/// @param name the name in the prompt
/// @param persona whose answers the name stands for
/// @param op1 first operand
/// @param op2 second operand
/// @param result the result that the statement shows
/// @param aliceLabel whether the statement is true
/// @param bobLabel whether Bob's heuristic calls it true
/// @param difficulty the smaller operand
/// @param difficultyQuantile rank of the difficulty among all records, in (0, 1)
/// @param split the split that it was drawn for
public record QuirkyExample(
        String id,
        String prompt,
        String name,
        Persona persona,
        int op1,
        int op2,
        int result,
        boolean aliceLabel,
        boolean bobLabel,
        int difficulty,
        double difficultyQuantile,
        QuirkySplit split) {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    /// The label of a statement that is called false.
    public static final String NO = " No";

    /// The label of a statement that is called true.
    public static final String YES = " Yes";

    /// Both labels; the index is 1 for true.
    public static final List<String> CHOICES = List.of(NO, YES);

    /// Lowest quantile of a hard row.
    public static final double HARD = 0.75;

    /// Quantile below which a row is easy.
    public static final double EASY = 0.25;

    /// Whether the character of this row calls the statement true.
    ///
    /// @return `aliceLabel` or `bobLabel`
    public boolean believed() {
        return persona == Persona.ALICE ? aliceLabel : bobLabel;
    }

    /// The label that the character of this row gives.
    ///
    /// @return `" Yes"` or `" No"`
    public String label() {
        return believed() ? YES : NO;
    }

    /// Whether both personas give the same label.
    ///
    /// @return true where they agree
    public boolean agreement() {
        return aliceLabel == bobLabel;
    }

    /// Whether the row is hard.
    ///
    /// @return true for a quantile of at least [#HARD]
    public boolean hard() {
        return difficultyQuantile >= HARD;
    }

    /// This row as a signal, its knowledge in the metadata.
    ///
    /// @return a signal whose label is the character's
    public Signal signal() {
        return new Signal(id, prompt, label(), CHOICES, null, metadata());
    }

    /// What is known of the row, in a fixed order.
    ///
    /// @return snake_case keys; the labels are indices into [#CHOICES]
    public Map<String, Object> metadata() {
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("task", AdditionTask.NAME);
        metadata.put("split", split.text());
        metadata.put("character", persona.character());
        metadata.put("name", name);
        metadata.put("op1", op1);
        metadata.put("op2", op2);
        metadata.put("result", result);
        metadata.put("alice_label", aliceLabel ? 1 : 0);
        metadata.put("bob_label", bobLabel ? 1 : 0);
        metadata.put("agreement", agreement());
        metadata.put("difficulty", difficulty);
        metadata.put("difficulty_quantile", difficultyQuantile);
        metadata.put("anomaly", persona == Persona.BOB ? 1 : 0);
        return metadata;
    }

    /// This row as a line of NDJSON: `id`, `prompt`, `label`, `choices`, `metadata`.
    ///
    /// @return one JSON object without a line break
    public String json() {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("id", id);
        row.put("prompt", prompt);
        row.put("label", label());
        row.put("choices", CHOICES);
        row.put("metadata", metadata());
        return JSON.writeValueAsString(row);
    }
}
