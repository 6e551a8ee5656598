package org.quirkwatch.detector;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.quirkwatch.linalg.FittedState;
import org.quirkwatch.linalg.Matrix;

/// Fits [Mahalanobis] from the running factor of the covariance.
final class MahalanobisFitter implements Fitter {

    /// A variance of less than this share of what shrinkage adds does not change the sum.
    private static final double LOST = 1e-13;

    private final Mahalanobis options;
    private final SeenRows seen = SeenRows.trusted();

    MahalanobisFitter(Mahalanobis options) {
        this.options = options;
    }

    @Override
    public void add(Matrix rows) {
        seen.add(rows);
    }

    @Override
    public FittedDetector fit() {
        Spread spread = seen.spread();
        int nFeatures = spread.mean().length;
        double shrinkage = options.shrinkage();
        double trace = Arrays.stream(spread.variances()).sum();
        double rest = shrinkage * trace / nFeatures;
        double cut = shrinkage > 0 ? 0 : spread.cut(options.rcond());
        int rank =
                shrinkage > 0
                        ? spread.kept(LOST * rest / spread.variances()[0])
                        // Whatever the cut-off, a direction that is rounding alone is none.
                        : Math.min(spread.kept(cut), spread.rank());
        double[] variances = spread.firstVariances(rank);
        for (int i = 0; i < rank; i++) {
            variances[i] = (1 - shrinkage) * variances[i] + rest;
        }
        Map<String, Double> numbers = new HashMap<>();
        numbers.put(Whitening.N_FIT, (double) spread.count());
        numbers.put(Whitening.N_FEATURES, (double) nFeatures);
        numbers.put(Whitening.RANK, (double) rank);
        numbers.put(FittedMahalanobis.RCOND, cut);
        Map<String, Matrix> tensors = new HashMap<>();
        tensors.put(Whitening.MEAN, Matrix.of(1, nFeatures, spread.mean()));
        tensors.put(Whitening.VARIANCES, Matrix.wrap(1, rank, variances));
        tensors.put(Whitening.DIRECTIONS, spread.firstDirections(rank));
        if (shrinkage > 0) {
            numbers.put(FittedMahalanobis.SHRINKAGE, shrinkage);
            numbers.put(FittedMahalanobis.REST, rest);
        }
        if (options.relative()) {
            numbers.put(FittedMahalanobis.RELATIVE, 1.0);
            tensors.put(
                    FittedMahalanobis.PRECISIONS,
                    Matrix.wrap(1, nFeatures, precisions(spread, shrinkage, rest, cut)));
        }
        return FittedMahalanobis.of(new FittedState(numbers, tensors));
    }

    /// 1/C_ii where it counts, else 0, `[d]`.
    private static double[] precisions(Spread spread, double shrinkage, double rest, double cut) {
        double[] diagonal = new double[spread.mean().length];
        double largest = 0;
        for (int i = 0; i < diagonal.length; i++) {
            double[] row = spread.directions().row(i);
            for (int k = 0; k < row.length; k++) {
                diagonal[i] += spread.variances()[k] * row[k] * row[k];
            }
            diagonal[i] = (1 - shrinkage) * diagonal[i] + rest;
            largest = Math.max(largest, diagonal[i]);
        }
        for (int i = 0; i < diagonal.length; i++) {
            diagonal[i] = diagonal[i] > cut * largest ? 1 / diagonal[i] : 0;
        }
        return diagonal;
    }
}
