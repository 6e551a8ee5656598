package org.quirkwatch.fitting;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

/// Which trusted rows serve what. The three parts are disjoint, so that the calibration rows are
/// exchangeable with fresh trusted rows given everything that was fitted, which is what makes the
/// p-values exact.
///
/// Of n shuffled rows, ⌊n · calibrationShare⌋ are held out. A fifth of those, but no more than 500
/// (a standard deviation is known to 3 % then), gives the scale of the layers' scores; the rest
/// calibrates. The rows that are not held out fit the layers. The scale is always made, also for
/// aggregations that do not use it, so that aggregations can be compared on the same calibration
/// rows.
///
/// @param fit rows to fit on
/// @param scale rows for the scale of the layers' scores
/// @param calibration rows to calibrate on
public record Split(List<Integer> fit, List<Integer> scale, List<Integer> calibration) {

    private static final double SCALE_SHARE = 0.2;
    private static final int MOST_SCALE_ROWS = 500;
    private static final int FEWEST_FIT_ROWS = 20;
    private static final int FEWEST_SCALE_ROWS = 10;
    private static final int FEWEST_CALIBRATION_ROWS = 20;

    /// Splits rows.
    ///
    /// @param nRows rows in all, numbered from 0
    /// @param calibrationShare share that is held out, as in [FitOptions]
    /// @param seed of the shuffle
    /// @throws Problem `invalid-fit` when a part would be too small: says how many rows are needed
    public static Split of(int nRows, double calibrationShare, long seed) {
        Sizes sizes = Sizes.of(nRows, calibrationShare);
        if (!sizes.suffice()) {
            int needed = nRows;
            while (!Sizes.of(needed, calibrationShare).suffice()) {
                needed++;
            }
            throw new Problem(
                    ProblemCode.INVALID_FIT,
                    ("%d trusted row(s) are too few: with a calibration share of %s, %d are needed"
                                    + " (at least %d to fit on, %d for the scale and %d to calibrate)")
                            .formatted(
                                    nRows,
                                    calibrationShare,
                                    needed,
                                    FEWEST_FIT_ROWS,
                                    FEWEST_SCALE_ROWS,
                                    FEWEST_CALIBRATION_ROWS));
        }
        List<Integer> order = new ArrayList<>(IntStream.range(0, nRows).boxed().toList());
        Collections.shuffle(order, new Random(seed));
        int heldOut = sizes.fit + sizes.scale;
        return new Split(
                List.copyOf(order.subList(0, sizes.fit)),
                List.copyOf(order.subList(sizes.fit, heldOut)),
                List.copyOf(order.subList(heldOut, nRows)));
    }

    /// The smallest share of so many rows that is enough to be held out.
    ///
    /// @param nRows at least 1
    public static double leastShare(int nRows) {
        return Math.ceil(FEWEST_SCALE_ROWS / SCALE_SHARE) / nRows;
    }

    private record Sizes(int fit, int scale, int calibration) {
        static Sizes of(int nRows, double share) {
            int heldOut = (int) (nRows * share);
            int scale = Math.min((int) (heldOut * SCALE_SHARE), MOST_SCALE_ROWS);
            return new Sizes(nRows - heldOut, scale, heldOut - scale);
        }

        boolean suffice() {
            return fit >= FEWEST_FIT_ROWS
                    && scale >= FEWEST_SCALE_ROWS
                    && calibration >= FEWEST_CALIBRATION_ROWS;
        }
    }
}
