package org.quirkwatch.evaluation;

import java.util.List;
import java.util.stream.Stream;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.signal.Signal;

/// The rows of an evaluation.
///
/// @param name of the task or folder
/// @param shift between trusted and tested rows
/// @param trusted rows that detectors are fitted and calibrated on
/// @param untrusted rows of which nothing is known, for rules that learn from them; may be empty
/// @param normal rows to test that are like the trusted ones
/// @param anomalous rows to test that are not
public record EvaluationData(
        String name,
        Shift shift,
        List<EvaluationRow> trusted,
        List<EvaluationRow> untrusted,
        List<EvaluationRow> normal,
        List<EvaluationRow> anomalous) {

    /// Copies and checks.
    ///
    /// @throws Problem `invalid-file` where a class has no row
    public EvaluationData {
        trusted = List.copyOf(trusted);
        untrusted = List.copyOf(untrusted);
        normal = List.copyOf(normal);
        anomalous = List.copyOf(anomalous);
        requireRows(name, "trusted", trusted);
        requireRows(name, "normal", normal);
        requireRows(name, "anomalous", anomalous);
    }

    private static void requireRows(String name, String what, List<EvaluationRow> rows) {
        if (rows.isEmpty()) {
            throw new Problem(
                    ProblemCode.INVALID_FILE,
                    ("%s: there is no %s row, and an evaluation needs trusted, normal and anomalous"
                                    + " ones")
                            .formatted(name, what));
        }
    }

    /// The tested rows: all normal ones, then all anomalous ones.
    List<EvaluationRow> test() {
        return Stream.concat(normal.stream(), anomalous.stream()).toList();
    }

    static List<Signal> signals(List<EvaluationRow> rows) {
        return rows.stream().map(EvaluationRow::signal).toList();
    }
}
