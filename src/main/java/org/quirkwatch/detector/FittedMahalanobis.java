package org.quirkwatch.detector;

import java.util.Set;
import org.quirkwatch.linalg.FittedState;
import org.quirkwatch.linalg.LinearAlgebra;
import org.quirkwatch.linalg.Matrix;

/// [Mahalanobis] fitted: the mean, the kept directions and their variances. A batch is scored by
/// one product with the directions, each divided by its standard deviation.
final class FittedMahalanobis implements FittedDetector {

    static final String N_FIT = "n_fit";
    static final String N_FEATURES = "n_features";
    static final String RANK = "rank";
    static final String RCOND = "rcond";
    static final String MEAN = "mean";
    static final String VARIANCES = "variances";
    static final String DIRECTIONS = "directions";

    private final FittedState state;
    private final double[] mean;
    private final Matrix whitening;

    private FittedMahalanobis(FittedState state, double[] mean, Matrix whitening) {
        this.state = state;
        this.mean = mean;
        this.whitening = whitening;
    }

    static FittedMahalanobis of(FittedState state) {
        state.requireNames(
                Set.of(N_FIT, N_FEATURES, RANK, RCOND), Set.of(MEAN, VARIANCES, DIRECTIONS));
        state.count(N_FIT, 2);
        int nFeatures = state.count(N_FEATURES, 1);
        int rank = state.count(RANK, 1);
        double rcond = state.number(RCOND);
        if (!(rcond >= 0 && rcond < 1)) {
            throw new IllegalArgumentException("rcond must be in [0, 1), got " + rcond);
        }
        if (!(rank <= nFeatures)) {
            throw new IllegalArgumentException(
                    "rank must be at most n_features = %d, got %d".formatted(nFeatures, rank));
        }
        double[] mean = state.tensor(MEAN, 1, nFeatures).row(0);
        double[] variances = state.tensor(VARIANCES, 1, rank).row(0);
        double[] whitening = state.tensor(DIRECTIONS, nFeatures, rank).toArray();
        for (int i = 0; i < rank; i++) {
            // A variance of 0 would divide by 0.
            if (!(variances[i] > 0)) {
                throw new IllegalArgumentException(
                        "tensor %s must be positive, value %d is %s"
                                .formatted(VARIANCES, i, variances[i]));
            }
            variances[i] = Math.sqrt(variances[i]);
        }
        for (int i = 0; i < whitening.length; i++) {
            whitening[i] /= variances[i % rank];
        }
        return new FittedMahalanobis(state, mean, Matrix.wrap(nFeatures, rank, whitening));
    }

    @Override
    public int nFeatures() {
        return mean.length;
    }

    @Override
    public double[] score(Matrix rows) {
        if (rows.columns() != mean.length) {
            throw new IllegalArgumentException(
                    "expected rows of %d features, got %s".formatted(mean.length, rows));
        }
        double[] deviations = rows.toArray();
        for (int i = 0; i < deviations.length; i++) {
            deviations[i] -= mean[i % mean.length];
        }
        double[] whitened =
                LinearAlgebra.multiply(Matrix.wrap(rows.rows(), mean.length, deviations), whitening)
                        .toArray();
        int rank = whitening.columns();
        double[] scores = new double[rows.rows()];
        for (int i = 0; i < whitened.length; i++) {
            scores[i / rank] += whitened[i] * whitened[i];
        }
        for (int row = 0; row < scores.length; row++) {
            scores[row] /= mean.length;
        }
        return scores;
    }

    @Override
    public FittedState state() {
        return state;
    }
}
