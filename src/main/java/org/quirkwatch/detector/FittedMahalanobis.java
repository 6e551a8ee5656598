package org.quirkwatch.detector;

import java.util.HashSet;
import java.util.Set;
import org.quirkwatch.linalg.FittedState;
import org.quirkwatch.linalg.Matrix;

/// [Mahalanobis] fitted: the mean, the kept directions and their variances. A batch is scored by
/// one product with the directions, each divided by its standard deviation.
final class FittedMahalanobis implements FittedDetector {

    static final String RCOND = "rcond";

    /// Only with shrinkage: gamma, and the variance of every direction that is not kept.
    static final String SHRINKAGE = "shrinkage";

    static final String REST = "rest_variance";

    /// Only of the relative variant: 1, and the inverse variance of each feature by itself, 0 where
    /// a feature does not count.
    static final String RELATIVE = "relative";

    static final String PRECISIONS = "precisions";

    private final FittedState state;
    private final Whitening whitening;
    // 0 where what lies outside the kept directions is not seen.
    private final double restVariance;
    // Empty for the standard variant.
    private final double[] precisions;

    private FittedMahalanobis(
            FittedState state, Whitening whitening, double restVariance, double[] precisions) {
        this.state = state;
        this.whitening = whitening;
        this.restVariance = restVariance;
        this.precisions = precisions;
    }

    static FittedMahalanobis of(FittedState state) {
        Set<String> numbers =
                new HashSet<>(Set.of(Whitening.N_FIT, Whitening.N_FEATURES, Whitening.RANK, RCOND));
        Set<String> tensors =
                new HashSet<>(Set.of(Whitening.MEAN, Whitening.VARIANCES, Whitening.DIRECTIONS));
        Set<String> names = new HashSet<>(state.numbers().keySet());
        names.addAll(state.tensors().keySet());
        boolean shrunk = names.contains(SHRINKAGE) || names.contains(REST);
        if (shrunk) {
            numbers.addAll(Set.of(SHRINKAGE, REST));
        }
        boolean relative = names.contains(RELATIVE) || names.contains(PRECISIONS);
        if (relative) {
            numbers.add(RELATIVE);
            tensors.add(PRECISIONS);
        }
        state.requireNames(numbers, tensors);
        Whitening whitening = Whitening.of(state);
        state.share(RCOND);
        double rest = 0;
        if (shrunk) {
            if (!(state.share(SHRINKAGE) > 0 && state.number(REST) > 0)) {
                throw new IllegalArgumentException(
                        "%s and %s must be positive, got %s and %s"
                                .formatted(
                                        SHRINKAGE,
                                        REST,
                                        state.number(SHRINKAGE),
                                        state.number(REST)));
            }
            rest = state.number(REST);
        }
        double[] precisions = new double[0];
        if (relative) {
            if (!state.flag(RELATIVE)) {
                throw new IllegalArgumentException("relative must be 1 where it is given, got 0");
            }
            precisions = state.notNegative(PRECISIONS, whitening.nFeatures());
        }
        return new FittedMahalanobis(state, whitening, rest, precisions);
    }

    @Override
    public int nFeatures() {
        return whitening.nFeatures();
    }

    @Override
    public double[] score(Matrix rows) {
        Matrix deviations = whitening.deviations(rows);
        Matrix whitened = whitening.whiten(deviations);
        double[] scores = Whitening.squaredLengths(whitened);
        if (restVariance > 0 && whitening.rank() < nFeatures()) {
            double[] rest = outside(deviations, whitened);
            for (int row = 0; row < scores.length; row++) {
                scores[row] += rest[row] / restVariance;
            }
        }
        if (precisions.length > 0) {
            for (int row = 0; row < scores.length; row++) {
                scores[row] -= byFeature(deviations.row(row));
            }
        }
        for (int row = 0; row < scores.length; row++) {
            scores[row] /= nFeatures();
        }
        Whitening.settle(rows, scores);
        return scores;
    }

    /// The squared length of what lies outside the kept directions, `[n]`.
    private double[] outside(Matrix deviations, Matrix whitened) {
        double[] lengths = Whitening.squaredLengths(deviations);
        double[] values = whitened.toArray();
        int rank = whitening.rank();
        for (int i = 0; i < values.length; i++) {
            lengths[i / rank] -= whitening.variance(i % rank) * values[i] * values[i];
        }
        for (int row = 0; row < lengths.length; row++) {
            // Of a row within the directions, rounding may leave less than nothing.
            lengths[row] = Math.max(0, lengths[row]);
        }
        return lengths;
    }

    private double byFeature(double[] deviations) {
        double sum = 0;
        for (int i = 0; i < deviations.length; i++) {
            sum += precisions[i] * deviations[i] * deviations[i];
        }
        return sum;
    }

    @Override
    public FittedState state() {
        return state;
    }
}
