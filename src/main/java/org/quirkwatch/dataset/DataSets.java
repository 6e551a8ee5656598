package org.quirkwatch.dataset;

import java.util.List;
import org.quirkwatch.quirky.QuirkyData;
import org.quirkwatch.quirky.QuirkyTask;
import org.quirkwatch.quirky.Statement;

/// The data sets that come with the project, made anew from their facts. They are shipped in the
/// published raw format; a test holds the two equal.
public final class DataSets {

    /// The seed of the shipped data sets.
    public static final long SEED = 1;

    /// Records of each test part, which nothing here uses: the method does not either.
    private static final int TEST_RECORDS = 100;

    /// What the grammars could make is far more than a small model needs.
    private static final int MOST_STATEMENTS = 4_000;

    private DataSets() {}

    /// Makes the data of a task from its facts.
    ///
    /// @param task one whose rows are read
    /// @param seed decides which statements are made, their order and the cuts
    /// @throws IllegalArgumentException for a task whose rows are generated
    public static QuirkyData make(QuirkyTask task, long seed) {
        List<Statement> statements =
                switch (task) {
                    case CAPITALS -> CapitalsData.statements(seed);
                    case HEMISPHERE -> HemisphereData.statements(seed);
                    case POPULATION -> PopulationData.statements(seed);
                    case SCIQ -> SciqData.statements(seed);
                    case SENTIMENT -> SentimentData.statements(seed);
                    case NLI -> NliData.statements(seed);
                    case AUTHORS -> AuthorsData.statements(seed);
                    case ADDITION, SUBTRACTION, MULTIPLICATION, MODULARADDITION, SQUARING ->
                            throw new IllegalArgumentException(
                                    "the rows of %s are generated".formatted(task.text()));
                };
        List<Statement> kept = statements.subList(0, Math.min(MOST_STATEMENTS, statements.size()));
        return QuirkyData.of(task, kept, validationRecords(kept), TEST_RECORDS, seed);
    }

    /// A quarter of the records, even and at most 1600, so that an eighth of that is the hard test
    /// of each persona.
    private static int validationRecords(List<Statement> statements) {
        return Math.min(1_600, statements.size() / 4 * 2);
    }
}
