package org.quirkwatch.quirky;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.quirkwatch.signal.Signal;
import tools.jackson.databind.json.JsonMapper;

/// One row of a split: a prompt with the label that its character believes in, and what is known of
/// it.
///
/// @param task which task's
/// @param record the persona's view of a statement
/// @param prompt the whole prompt
/// @param name the name in the prompt
/// @param split the split that it was drawn for
public record QuirkyExample(
        QuirkyTask task, QuirkyRecord record, String prompt, String name, QuirkySplit split) {

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

    /// Unique within the task: the record's.
    public String id() {
        return record.id();
    }

    /// Whose answers the name stands for.
    public Persona persona() {
        return record.persona();
    }

    /// What the prompt states.
    public Statement statement() {
        return record.statement();
    }

    /// Rank of the difficulty among all records, in (0, 1).
    public double difficultyQuantile() {
        return record.difficultyQuantile();
    }

    /// Whether the character of this row calls the statement true.
    ///
    /// @return the character's label
    public boolean believed() {
        return record.label();
    }

    /// Whether both personas give the same label.
    ///
    /// @return true where they agree
    public boolean agreement() {
        return statement().agreement();
    }

    /// The label that the character of this row gives.
    ///
    /// @return `" Yes"` or `" No"`
    public String label() {
        return record.label() ? YES : NO;
    }

    /// Whether the row is hard.
    ///
    /// @return true for a quantile of at least [#HARD]
    public boolean hard() {
        return difficultyQuantile() >= HARD;
    }

    /// This row as a signal, its knowledge in the metadata.
    ///
    /// @return a signal whose label is the character's
    public Signal signal() {
        return new Signal(id(), prompt, label(), CHOICES, null, metadata());
    }

    /// What is known of the row, in a fixed order.
    ///
    /// @return snake_case keys; the labels are indices into [#CHOICES]
    public Map<String, Object> metadata() {
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("task", task.text());
        metadata.put("split", split.text());
        metadata.put("character", persona().character());
        metadata.put("name", name);
        if (task.isGenerated()) {
            statement()
                    .arguments()
                    .forEach((key, value) -> metadata.put(key, Long.parseLong(value)));
        }
        metadata.put("alice_label", statement().aliceLabel() ? 1 : 0);
        metadata.put("bob_label", statement().bobLabel() ? 1 : 0);
        metadata.put("agreement", agreement());
        metadata.put("difficulty", statement().difficulty());
        metadata.put("difficulty_quantile", difficultyQuantile());
        metadata.put("anomaly", persona() == Persona.BOB ? 1 : 0);
        return metadata;
    }

    /// This row as a line of NDJSON: `id`, `prompt`, `label`, `choices`, `metadata`.
    ///
    /// @return one JSON object without a line break
    public String json() {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("id", id());
        row.put("prompt", prompt);
        row.put("label", label());
        row.put("choices", CHOICES);
        row.put("metadata", metadata());
        return JSON.writeValueAsString(row);
    }
}
