package org.quirkwatch.detector;

import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import org.quirkwatch.linalg.FittedState;

/// In which directions trusted and untrusted rows are compared: those in which the trusted rows
/// vary, or those of the untrusted rows where these are fewer.
///
/// The original keeps the directions of a variance above 1e-5, in the square of whatever unit the
/// activations have: `rcond=0`, `floor=1e-5`. By default the cut is relative, as that of
/// [Mahalanobis].
///
/// @param smaller whether the untrusted rows' directions are taken where they are fewer
/// @param rcond directions of at most `rcond` times the largest variance are dropped, in [0, 1);
///   empty to have it chosen by [DirectionCut] for either kind of rows
/// @param floor directions of at most this variance are dropped as well, 0 or more
record RatioBasis(boolean smaller, OptionalDouble rcond, double floor) {

    static final List<RuleOption> OPTIONS =
            List.of(
                    new RuleOption(
                            "basis",
                            "smaller",
                            "smaller: directions of the trusted or untrusted rows, whichever are"
                                    + " fewer, or trusted"),
                    Rcond.OPTION,
                    new RuleOption(
                            "floor",
                            "0",
                            "drop directions of at most this variance, whatever the largest, from 0"
                                    + " on"));

    /// The numbers of a state that [#numbers] gives.
    static final Set<String> NUMBERS = Set.of("smaller", "auto_rcond", "rcond", "floor");

    static RatioBasis of(RuleSettings settings) {
        return new RatioBasis(
                settings.choice("basis", "smaller", "trusted").equals("smaller"),
                Rcond.of(settings),
                settings.number("floor", 0, Double.MAX_VALUE));
    }

    static RatioBasis of(FittedState state) {
        double rcond = state.share("rcond");
        return new RatioBasis(
                state.flag("smaller"),
                state.flag("auto_rcond") ? OptionalDouble.empty() : OptionalDouble.of(rcond),
                state.number("floor", 0));
    }

    /// As numbers of a state.
    Map<String, Double> numbers() {
        return Map.of(
                "smaller",
                smaller ? 1.0 : 0.0,
                "auto_rcond",
                rcond.isEmpty() ? 1.0 : 0.0,
                "rcond",
                rcond.orElse(0),
                "floor",
                floor);
    }

    /// The number of directions of rows that are kept, 1 or more.
    ///
    /// @throws org.quirkwatch.problem.Problem `invalid-fit` when there is none
    int kept(Spread spread) {
        return Math.min(spread.kept(spread.cut(rcond), floor), spread.rank());
    }
}
