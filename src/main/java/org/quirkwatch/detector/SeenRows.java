package org.quirkwatch.detector;

import org.jspecify.annotations.Nullable;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.linalg.RunningCovariance;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

/// The rows of one kind that a rule has seen in one layer, as mean and covariance. Memory as
/// [RunningCovariance]. Mutable, for one thread.
final class SeenRows {

    /// Fewer say nothing about a variance.
    private static final int FEWEST_ROWS = 2;

    /// Wider rows would need a factor beyond what one array holds.
    private static final int MOST_FEATURES = 16_384;

    private final String kind;
    private @Nullable RunningCovariance covariance;

    private SeenRows(String kind) {
        this.kind = kind;
    }

    static SeenRows trusted() {
        return new SeenRows("trusted");
    }

    static SeenRows untrusted() {
        return new SeenRows("untrusted");
    }

    /// Untrusted rows that all come at once.
    static SeenRows untrusted(Matrix rows) {
        SeenRows seen = untrusted();
        seen.add(rows);
        return seen;
    }

    /// Checks rows before a rule learns from them.
    ///
    /// @param kind `trusted` or `untrusted`
    /// @throws Problem `invalid-fit` when a value is not finite, or the rows are too wide
    static void check(Matrix rows, String kind) {
        if (!(rows.columns() >= 1 && rows.columns() <= MOST_FEATURES)) {
            throw invalid(
                    "a row must have 1 to %d features, got %d"
                            .formatted(MOST_FEATURES, rows.columns()));
        }
        if (!rows.isFinite()) {
            throw invalid("a%s row has a feature that is not finite".formatted(article(kind)));
        }
    }

    private static String article(String kind) {
        return (kind.startsWith("u") ? "n " : " ") + kind;
    }

    /// @throws Problem `invalid-fit` for fewer than two
    static void requireEnough(long count, String kind) {
        if (!(count >= FEWEST_ROWS)) {
            throw invalid(
                    "%d %s row(s) to fit on, %d or more are needed"
                            .formatted(count, kind, FEWEST_ROWS));
        }
    }

    /// @throws Problem `invalid-fit` when a value is not finite, or the rows are too wide
    void add(Matrix rows) {
        check(rows, kind);
        if (covariance == null) {
            covariance = new RunningCovariance(rows.columns());
        }
        covariance.add(rows);
    }

    /// Their covariance.
    ///
    /// @throws Problem `invalid-fit` for fewer than two rows
    RunningCovariance covariance() {
        RunningCovariance seen = covariance;
        requireEnough(seen == null ? 0 : seen.count(), kind);
        return java.util.Objects.requireNonNull(seen);
    }

    /// The covariance of untrusted rows, which vary and are as wide as the trusted ones.
    ///
    /// @throws Problem `invalid-fit` for fewer than two rows, another width, or rows that are all
    ///   the same
    RunningCovariance varying(int nFeatures) {
        RunningCovariance seen = covariance();
        requireWidth(seen.mean().length, nFeatures);
        Spread.requireVarying(seen.totalVariance(), seen.meanSquare(), seen.count(), kind);
        return seen;
    }

    /// @throws Problem `invalid-fit` for another width of the untrusted rows than of the trusted
    static void requireWidth(int untrusted, int trusted) {
        if (untrusted != trusted) {
            throw invalid(
                    "the untrusted rows have %d features, the trusted rows %d"
                            .formatted(untrusted, trusted));
        }
    }

    /// Their mean and principal directions.
    ///
    /// @throws Problem `invalid-fit` for fewer than two rows, or rows that are all the same
    Spread spread() {
        RunningCovariance seen = covariance();
        RunningCovariance.Principal principal = seen.principal();
        Spread.requireVarying(principal.variances()[0], seen.meanSquare(), seen.count(), kind);
        return new Spread(
                kind,
                seen.count(),
                seen.meanSquare(),
                seen.mean(),
                principal.variances(),
                principal.directions());
    }

    private static Problem invalid(String detail) {
        return new Problem(ProblemCode.INVALID_FIT, detail);
    }
}
