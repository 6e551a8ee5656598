package org.quirkwatch.detector;

import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import org.quirkwatch.linalg.FittedState;
import org.quirkwatch.linalg.LinearAlgebra;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.linalg.RunningCovariance;
import org.quirkwatch.linalg.Svd;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

/// The quantum entropy score (Dong, Hopkins, Li 2019; Hayase, Kong, Somani, Oh 2021, as SPECTRE; on
/// activations Johnston, Chakraborty and Belrose, arXiv 2504.08812): the squared distance from the
/// trusted mean after whitening by the trusted covariance, with the directions in which *untrusted*
/// rows spread weighted up.
///
/// With W the whitening of [Mahalanobis], its directions over their standard deviations, z = (x −
/// μ) W, and S = WᵀC_U W the covariance of the untrusted rows around their own mean in the same
/// coordinates,
///
/// ```text
/// s(x) = z exp(α S / λ_max(S)) zᵀ
/// ```
///
/// in [0, ∞). α (`alpha` in the paper, and no significance level) leads from d times the
/// Mahalanobis score at 0 to the projection on the top untrusted direction. It is computed from the
/// eigenvalues m_j and vectors q_j of S, once when fitted:
///
/// ```text
/// s(x) = |z|² + Σ (exp(α m_j / m_max) − 1) (q_j·z)²
/// ```
///
/// so that what the untrusted rows do not span needs no vectors, and nothing cancels. The original
/// at one time whitened the rows but not C_U; here both are in one basis.
///
/// Memory of the fitter: twice that of [RunningCovariance], for any number of rows.
///
/// @param alpha α, in [0, 100]
/// @param rcond as of [Mahalanobis]
record QuantumEntropy(double alpha, OptionalDouble rcond) implements LayerDetector {

    private static final double MOST_ALPHA = 100;

    static final LayerRule RULE =
            new LayerRule(
                    "quantum-entropy",
                    true,
                    List.of(
                            new RuleOption(
                                    "alpha",
                                    "4",
                                    "how strongly directions of the untrusted rows count, from 0 to"
                                            + " 100"),
                            Rcond.OPTION),
                    settings ->
                            new QuantumEntropy(
                                    settings.number("alpha", 0, MOST_ALPHA), Rcond.of(settings)),
                    Fitted::of);

    private static final String RCOND = "rcond";
    private static final String ALPHA = "alpha";
    private static final String N_UNTRUSTED = "n_untrusted";
    private static final String N_WEIGHTED = "n_weighted";
    private static final String SPREADS = "untrusted_variances";
    private static final String ROTATION = "untrusted_directions";

    @Override
    public LayerRule rule() {
        return RULE;
    }

    @Override
    public Fitter fitter() {
        return new EntropyFitter();
    }

    private final class EntropyFitter implements Fitter {

        private final SeenRows trusted = SeenRows.trusted();
        private final SeenRows untrusted = SeenRows.untrusted();

        @Override
        public void add(Matrix rows) {
            trusted.add(rows);
        }

        @Override
        public void addUntrusted(Matrix rows) {
            untrusted.add(rows);
        }

        @Override
        public FittedDetector fit() {
            // Refused before the decomposition, which takes long.
            int nFeatures = trusted.covariance().mean().length;
            untrusted.varying(nFeatures);
            Spread spread = trusted.spread();
            double cut = spread.cut(rcond);
            int rank = Math.min(spread.kept(cut), spread.rank());
            return fitted(
                    Map.of(
                            Whitening.N_FIT,
                            (double) spread.count(),
                            Whitening.N_FEATURES,
                            (double) nFeatures,
                            Whitening.RANK,
                            (double) rank,
                            RCOND,
                            cut,
                            ALPHA,
                            alpha),
                    Map.of(
                            Whitening.MEAN, Matrix.of(1, nFeatures, spread.mean()),
                            Whitening.VARIANCES, Matrix.wrap(1, rank, spread.firstVariances(rank)),
                            Whitening.DIRECTIONS, spread.firstDirections(rank)),
                    untrusted);
        }
    }

    /// @param numbers of the trusted part
    /// @param tensors of the trusted part
    private static Fitted fitted(
            Map<String, Double> numbers, Map<String, Matrix> tensors, SeenRows untrusted) {
        Whitening whitening = Whitening.of(new FittedState(numbers, tensors));
        RunningCovariance covariance = untrusted.varying(whitening.nFeatures());
        Svd svd = LinearAlgebra.svd(covariance.factorOver(whitening.matrix()));
        double[] spreads = new double[svd.values().length];
        for (int j = 0; j < spreads.length; j++) {
            spreads[j] = svd.values()[j] * svd.values()[j];
        }
        if (!(spreads[0] > 0)) {
            throw new Problem(
                    ProblemCode.INVALID_FIT,
                    ("%d untrusted row(s) do not vary in the directions of the trusted rows: there"
                                    + " is nothing to fit")
                            .formatted(covariance.count()));
        }
        Map<String, Double> allNumbers = new java.util.HashMap<>(numbers);
        allNumbers.put(N_UNTRUSTED, (double) covariance.count());
        allNumbers.put(N_WEIGHTED, (double) spreads.length);
        Map<String, Matrix> allTensors = new java.util.HashMap<>(tensors);
        allTensors.put(SPREADS, Matrix.wrap(1, spreads.length, spreads));
        allTensors.put(ROTATION, svd.vectors());
        return Fitted.of(new FittedState(allNumbers, allTensors));
    }

    /// @param rotation the q_j, `[rank, nWeighted]`
    /// @param gains exp(α m_j / m_max) − 1, `[nWeighted]`
    private record Fitted(FittedState state, Whitening whitening, Matrix rotation, double[] gains)
            implements FittedDetector {

        static Fitted of(FittedState state) {
            state.requireNames(
                    Set.of(
                            Whitening.N_FIT,
                            Whitening.N_FEATURES,
                            Whitening.RANK,
                            RCOND,
                            ALPHA,
                            N_UNTRUSTED,
                            N_WEIGHTED),
                    Set.of(
                            Whitening.MEAN,
                            Whitening.VARIANCES,
                            Whitening.DIRECTIONS,
                            SPREADS,
                            ROTATION));
            Whitening whitening = Whitening.of(state);
            state.share(RCOND);
            state.count(N_UNTRUSTED, 2);
            double alpha = state.number(ALPHA, 0);
            if (!(alpha <= MOST_ALPHA)) {
                throw new IllegalArgumentException(
                        "alpha must be in [0, %s], got %s".formatted(MOST_ALPHA, alpha));
            }
            int weighted = state.count(N_WEIGHTED, 1);
            double[] gains = state.notNegative(SPREADS, weighted);
            double largest = java.util.Arrays.stream(gains).max().orElseThrow();
            if (!(largest > 0)) {
                throw new IllegalArgumentException(
                        "tensor %s must have a positive value".formatted(SPREADS));
            }
            for (int j = 0; j < weighted; j++) {
                gains[j] = Math.expm1(alpha * (gains[j] / largest));
            }
            Matrix rotation = state.tensor(ROTATION, whitening.rank(), weighted);
            return new Fitted(state, whitening, rotation, gains);
        }

        @Override
        public int nFeatures() {
            return whitening.nFeatures();
        }

        @Override
        public double[] score(Matrix rows) {
            Matrix whitened = whitening.whiten(whitening.deviations(rows));
            double[] scores = Whitening.squaredLengths(whitened);
            double[] rotated = LinearAlgebra.multiply(whitened, rotation).toArray();
            for (int i = 0; i < rotated.length; i++) {
                scores[i / gains.length] += gains[i % gains.length] * rotated[i] * rotated[i];
            }
            return scores;
        }

        @Override
        public FittedDetector withUntrusted(Matrix rows) {
            Map<String, Double> numbers = new java.util.HashMap<>(state.numbers());
            numbers.keySet().removeAll(Set.of(N_UNTRUSTED, N_WEIGHTED));
            Map<String, Matrix> tensors = new java.util.HashMap<>(state.tensors());
            tensors.keySet().removeAll(Set.of(SPREADS, ROTATION));
            return fitted(numbers, tensors, SeenRows.untrusted(rows));
        }
    }
}
