package org.quirkwatch.detector;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.quirkwatch.linalg.FittedState;
import org.quirkwatch.linalg.LinearAlgebra;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.linalg.RunningCovariance;

/// Two normal distributions in one basis, of trusted and of untrusted rows, and how much likelier
/// the second makes a row. Coordinates are taken from the trusted mean. Immutable.
///
/// @param trusted what remains when the untrusted rows change
/// @param options how the basis was chosen
/// @param nUntrusted the number of untrusted rows
/// @param foreign whether the basis is that of the untrusted rows
/// @param basis `[d, p]`
/// @param usual the trusted rows' distribution
/// @param other the untrusted rows' distribution
record GaussianRatio(
        TrustedSpread trusted,
        RatioBasis options,
        int nUntrusted,
        boolean foreign,
        Matrix basis,
        Gaussian usual,
        Gaussian other) {

    private static final String N_UNTRUSTED = "n_untrusted";
    private static final String N_BASIS = "n_basis";
    private static final String FOREIGN = "untrusted_basis";
    private static final String BASIS = "basis";
    private static final String TRUSTED_WHITENING = "trusted_whitening";
    private static final String UNTRUSTED_MEAN = "untrusted_mean";
    private static final String UNTRUSTED_WHITENING = "untrusted_whitening";

    /// From sample means and covariances.
    ///
    /// @throws org.quirkwatch.problem.Problem `invalid-fit` when there are too few untrusted rows,
    ///   or they do not vary
    static GaussianRatio of(TrustedSpread trusted, RatioBasis options, SeenRows untrusted) {
        RunningCovariance covariance = untrusted.varying(trusted.mean().length);
        int count = Math.toIntExact(covariance.count());
        if (options.smaller()) {
            Spread spread = untrusted.spread();
            int kept = options.kept(spread);
            if (kept < trusted.kept()) {
                Matrix basis = spread.firstDirections(kept);
                return new GaussianRatio(
                        trusted,
                        options,
                        count,
                        true,
                        basis,
                        trusted.in(basis),
                        Gaussian.shrunk(
                                shift(trusted, covariance, basis),
                                spread.firstVariances(kept),
                                count));
            }
        }
        Matrix basis = Spread.firstColumns(trusted.directions(), trusted.kept());
        return new GaussianRatio(
                trusted,
                options,
                count,
                false,
                basis,
                trusted.own(),
                Gaussian.shrunk(
                        shift(trusted, covariance, basis),
                        LinearAlgebra.gram(covariance.factorOver(basis)),
                        count,
                        "untrusted"));
    }

    private static double[] shift(
            TrustedSpread trusted, RunningCovariance untrusted, Matrix basis) {
        Matrix mean = Matrix.wrap(1, trusted.mean().length, untrusted.mean());
        return LinearAlgebra.multiply(Whitening.deviations(mean, trusted.mean()), basis).row(0);
    }

    /// Of a state.
    ///
    /// @param more numbers that the state has beside those of [#state]
    /// @throws IllegalArgumentException when one is missing, superfluous, misshapen or out of range
    static GaussianRatio of(FittedState state, Set<String> more) {
        Set<String> numbers = new HashSet<>(more);
        numbers.addAll(TrustedSpread.NUMBERS);
        numbers.addAll(RatioBasis.NUMBERS);
        numbers.addAll(Set.of(N_UNTRUSTED, N_BASIS, FOREIGN));
        Set<String> tensors = new HashSet<>(TrustedSpread.TENSORS);
        tensors.addAll(Set.of(TRUSTED_WHITENING, UNTRUSTED_MEAN, UNTRUSTED_WHITENING));
        boolean foreign = state.numbers().containsKey(FOREIGN) && state.flag(FOREIGN);
        if (foreign) {
            tensors.add(BASIS);
        }
        state.requireNames(numbers, tensors);
        TrustedSpread trusted = TrustedSpread.of(state);
        int size = state.count(N_BASIS, 1);
        if (!foreign && size != trusted.kept()) {
            throw new IllegalArgumentException(
                    "n_basis must be kept = %d, got %d".formatted(trusted.kept(), size));
        }
        return new GaussianRatio(
                trusted,
                RatioBasis.of(state),
                state.count(N_UNTRUSTED, 2),
                foreign,
                foreign
                        ? state.tensor(BASIS, trusted.mean().length, size)
                        : Spread.firstColumns(trusted.directions(), size),
                Gaussian.of(new double[size], state, TRUSTED_WHITENING),
                Gaussian.of(
                        state.tensor(UNTRUSTED_MEAN, 1, size).row(0), state, UNTRUSTED_WHITENING));
    }

    /// As data.
    ///
    /// @param more numbers to add
    FittedState state(Map<String, Double> more) {
        int size = basis.columns();
        Map<String, Double> numbers = new HashMap<>(more);
        numbers.putAll(trusted.numbers());
        numbers.putAll(options.numbers());
        numbers.put(N_UNTRUSTED, (double) nUntrusted);
        numbers.put(N_BASIS, (double) size);
        numbers.put(FOREIGN, foreign ? 1.0 : 0.0);
        Map<String, Matrix> tensors = new HashMap<>(trusted.tensors());
        tensors.put(TRUSTED_WHITENING, usual.whitening());
        tensors.put(UNTRUSTED_MEAN, Matrix.of(1, size, other.mean()));
        tensors.put(UNTRUSTED_WHITENING, other.whitening());
        if (foreign) {
            tensors.put(BASIS, basis);
        }
        return new FittedState(numbers, tensors);
    }

    /// With another distribution of the untrusted rows, in the same basis.
    GaussianRatio with(Gaussian untrusted) {
        return new GaussianRatio(trusted, options, nUntrusted, foreign, basis, usual, untrusted);
    }

    /// The coordinates of rows, `[n, p]`.
    ///
    /// @param rows `[n, d]`
    Matrix project(Matrix rows) {
        return LinearAlgebra.multiply(Whitening.deviations(rows, trusted.mean()), basis);
    }

    /// The logarithm of the ratio, in nats.
    ///
    /// @param rows `[n, d]`
    /// @return `[n]`
    double[] logRatios(Matrix rows) {
        Matrix projected = project(rows);
        double[] ratios = other.logDensities(projected);
        double[] usually = usual.logDensities(projected);
        for (int row = 0; row < ratios.length; row++) {
            ratios[row] -= usually[row];
        }
        Whitening.settle(rows, ratios);
        return ratios;
    }
}
