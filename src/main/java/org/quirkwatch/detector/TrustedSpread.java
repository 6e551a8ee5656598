package org.quirkwatch.detector;

import java.util.Map;
import java.util.Set;
import org.quirkwatch.linalg.FittedState;
import org.quirkwatch.linalg.LinearAlgebra;
import org.quirkwatch.linalg.Matrix;

/// What a [GaussianRatio] needs of the trusted rows, whatever the untrusted ones are.
///
/// @param count n, their number
/// @param mean `[d]`
/// @param variances `[k]`, positive, descending
/// @param directions `[d, k]`
/// @param kept the number of first directions that are above the cut-off; the others are there for
///   the covariance in another basis
record TrustedSpread(int count, double[] mean, double[] variances, Matrix directions, int kept) {

    private static final String KEPT = "kept";

    /// The numbers and tensors that [#numbers] and [#tensors] give.
    static final Set<String> NUMBERS =
            Set.of(Whitening.N_FIT, Whitening.N_FEATURES, Whitening.RANK, KEPT);

    static final Set<String> TENSORS =
            Set.of(Whitening.MEAN, Whitening.VARIANCES, Whitening.DIRECTIONS);

    static TrustedSpread of(Spread spread, RatioBasis basis) {
        int kept = basis.kept(spread);
        int rank = basis.smaller() ? spread.rank() : kept;
        return new TrustedSpread(
                Math.toIntExact(spread.count()),
                spread.mean(),
                spread.firstVariances(rank),
                spread.firstDirections(rank),
                kept);
    }

    static TrustedSpread of(FittedState state) {
        int nFeatures = state.count(Whitening.N_FEATURES, 1);
        int rank = state.count(Whitening.RANK, 1);
        int kept = state.count(KEPT, 1);
        if (!(kept <= rank && rank <= nFeatures)) {
            throw new IllegalArgumentException(
                    "expected kept <= rank <= n_features, got %d, %d and %d"
                            .formatted(kept, rank, nFeatures));
        }
        return new TrustedSpread(
                state.count(Whitening.N_FIT, 2),
                state.tensor(Whitening.MEAN, 1, nFeatures).row(0),
                state.positive(Whitening.VARIANCES, rank),
                state.tensor(Whitening.DIRECTIONS, nFeatures, rank),
                kept);
    }

    Map<String, Double> numbers() {
        return Map.of(
                Whitening.N_FIT,
                (double) count,
                Whitening.N_FEATURES,
                (double) mean.length,
                Whitening.RANK,
                (double) variances.length,
                KEPT,
                (double) kept);
    }

    Map<String, Matrix> tensors() {
        return Map.of(
                Whitening.MEAN, Matrix.of(1, mean.length, mean),
                Whitening.VARIANCES, Matrix.of(1, variances.length, variances),
                Whitening.DIRECTIONS, directions);
    }

    /// The distribution of the trusted rows, less their mean, in the kept directions.
    Gaussian own() {
        return Gaussian.shrunk(new double[kept], java.util.Arrays.copyOf(variances, kept), count);
    }

    /// The same in another basis.
    ///
    /// @param basis `[d, p]`
    Gaussian in(Matrix basis) {
        double[] factor = LinearAlgebra.multiply(directions.transposed(), basis).toArray();
        int size = basis.columns();
        for (int i = 0; i < factor.length; i++) {
            factor[i] *= Math.sqrt(variances[i / size]);
        }
        Matrix covariance = LinearAlgebra.gram(Matrix.wrap(variances.length, size, factor));
        return Gaussian.shrunk(new double[size], covariance, count, "trusted");
    }
}
