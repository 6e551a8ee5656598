package org.quirkwatch.quirky;

/// One record of a task's data: a persona's view of a statement.
///
/// @param id unique within the task
/// @param persona whose view
/// @param statement what is stated
/// @param difficultyQuantile rank of the difficulty among all records of the task, in (0, 1)
public record QuirkyRecord(
        String id, Persona persona, Statement statement, double difficultyQuantile) {

    /// What the persona calls the statement.
    ///
    /// @return true for a statement that it believes in
    public boolean label() {
        return statement.label(persona);
    }
}
