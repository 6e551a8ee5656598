package org.quirkwatch.evaluation;

import java.util.List;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

/// What an evaluation goes through.
///
/// @param shifts between trusted and tested rows; data that has but one is taken as it is
/// @param detectors to evaluate, at least one
/// @param seeds how many splits of the trusted rows, 1 to 100; seeds count from 0
/// @param calibrationShare share of the trusted rows that no layer is fitted on, 0.05 to 0.95
/// @param alphas levels of significance at which flags are counted, each in (0, 1)
/// @param untrusted what rules learn from that learn from untrusted rows
/// @param limit most rows of each kind, 20 to 100 000
/// @param threads cells that are computed side by side, 1 to 64
public record GridOptions(
        List<Shift> shifts,
        List<DetectorChoice> detectors,
        int seeds,
        double calibrationShare,
        List<Double> alphas,
        UntrustedSource untrusted,
        int limit,
        int threads) {

    /// Copies and checks.
    ///
    /// @throws Problem `invalid-request` for a value outside its range
    public GridOptions {
        shifts = List.copyOf(shifts);
        detectors = List.copyOf(detectors);
        alphas = List.copyOf(alphas);
        require(!shifts.isEmpty(), "at least one shift is needed");
        require(!detectors.isEmpty(), "at least one detector is needed");
        require(seeds >= 1 && seeds <= 100, "seeds must be 1 to 100, got " + seeds);
        require(
                calibrationShare >= 0.05 && calibrationShare <= 0.95,
                "calibration share must be in [0.05, 0.95], got " + calibrationShare);
        for (double alpha : alphas) {
            require(alpha > 0 && alpha < 1, "alpha must be in (0, 1), got " + alpha);
        }
        require(limit >= 20 && limit <= 100_000, "limit must be 20 to 100000, got " + limit);
        require(threads >= 1 && threads <= 64, "threads must be 1 to 64, got " + threads);
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new Problem(ProblemCode.INVALID_REQUEST, message);
        }
    }
}
