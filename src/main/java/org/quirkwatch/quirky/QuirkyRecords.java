package org.quirkwatch.quirky;

/// The records of a task in their stored order: the training part, the validation part, the test
/// part. Immutable and thread-safe.
public interface QuirkyRecords {

    /// All records.
    int size();

    /// The first record after the training part.
    int trainEnd();

    /// The first record after the validation part.
    int validationEnd();

    /// A record.
    ///
    /// @param index from 0 to `size() − 1`
    QuirkyRecord record(int index);

    /// Whose view a record is.
    Persona persona(int index);

    /// How hard a record is among all: in (0, 1), higher = harder.
    double difficultyQuantile(int index);

    /// The number of the base row that a record is a view of; records of the same row stand beside
    /// each other, and the numbers rise by one.
    int baseRow(int index);
}
