package org.quirkwatch.flow;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.quirkwatch.linalg.FittedState;
import org.quirkwatch.linalg.Matrix;

/// A normalising flow that was trained on trusted rows: an invertible map to latents z that are
/// independent of each other, with a density that follows from it.
///
/// A row is standardised per feature and projected on the k leading principal directions of the
/// trusted rows, c; what is orthogonal to those is not modelled: rows that differ in it alone are
/// the same to the flow. Then c is whitened and goes through [Couplings], to z. The surprise of a
/// row is
///
/// ```text
/// −(1/k) log p(c),    log p(c) = Σ log p(z_i) + log |det ∂z/∂c|
/// ```
///
/// in nats per component, of any sign; p(c) is a proper density of the principal coordinates of
/// standardised rows. With a normal prior and without couplings it is that of a Gaussian.
///
/// Immutable, thread-safe, and plain data.
public final class Flow {

    private static final String N_FIT = "n_fit";
    private static final String N_FEATURES = "n_features";
    private static final String COMPONENTS = "components";
    private static final String COUPLINGS = "couplings";
    private static final String HIDDEN = "hidden";
    private static final String PRIOR = "prior";

    /// Of each coupling, in the order of the program.
    private static final List<String> WEIGHTS = List.of("hidden", "hidden_bias", "map", "map_bias");

    private final FittedState state;
    private final FlowPrior prior;
    private final Whitening whitening;
    private final Couplings couplings;

    private Flow(FittedState state, FlowPrior prior, Whitening whitening, Couplings couplings) {
        this.state = state;
        this.prior = prior;
        this.whitening = whitening;
        this.couplings = couplings;
    }

    static Flow of(
            FlowPrior prior, int nFit, int hidden, Whitening whitening, List<Matrix> weights) {
        int d = whitening.mean().length;
        int k = whitening.components();
        int count = weights.size() / Couplings.WEIGHTS;
        Map<String, Matrix> tensors = new HashMap<>();
        tensors.put(Whitening.MEAN, Matrix.of(1, d, whitening.mean()));
        tensors.put(Whitening.DEVIATIONS, Matrix.of(1, d, whitening.deviations()));
        tensors.put(Whitening.DIRECTIONS, whitening.directions());
        tensors.put(Whitening.VARIANCES, Matrix.of(1, k, whitening.variances()));
        List<String> names = names(count);
        for (int i = 0; i < names.size(); i++) {
            tensors.put(names.get(i), weights.get(i));
        }
        return of(
                new FittedState(
                        Map.of(
                                N_FIT, (double) nFit,
                                N_FEATURES, (double) d,
                                COMPONENTS, (double) k,
                                COUPLINGS, (double) count,
                                HIDDEN, (double) hidden,
                                PRIOR, (double) prior.code()),
                        tensors));
    }

    /// The flow of a state.
    ///
    /// @throws IllegalArgumentException when a tensor or number is missing, superfluous, of another
    ///   shape or outside its range: names it
    public static Flow of(FittedState state) {
        state.count(N_FIT, FlowTraining.FEWEST_ROWS);
        int d = state.count(N_FEATURES, 1);
        int k = atMost(state, COMPONENTS, 1, FlowTraining.MOST_COMPONENTS);
        // One component cannot be halved.
        int count =
                k == 1
                        ? atMost(state, COUPLINGS, 0, 0)
                        : atMost(state, COUPLINGS, 1, FlowTraining.MOST_COUPLINGS);
        int hidden = atMost(state, HIDDEN, 1, FlowTraining.MOST_HIDDEN);
        FlowPrior prior = state.flag(PRIOR) ? FlowPrior.LAPLACE : FlowPrior.NORMAL;
        List<String> names = names(count);
        Set<String> tensors = new HashSet<>(names);
        tensors.addAll(
                List.of(
                        Whitening.MEAN,
                        Whitening.DEVIATIONS,
                        Whitening.DIRECTIONS,
                        Whitening.VARIANCES));
        state.requireNames(
                Set.of(N_FIT, N_FEATURES, COMPONENTS, COUPLINGS, HIDDEN, PRIOR), tensors);
        List<Matrix> weights = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            int[] shape = Couplings.shapes(k, hidden, i / Couplings.WEIGHTS)[i % Couplings.WEIGHTS];
            weights.add(state.tensor(names.get(i), shape[0], shape[1]));
        }
        return new Flow(state, prior, Whitening.of(state, d, k), new Couplings(k, weights));
    }

    private static int atMost(FittedState state, String name, int least, int most) {
        int value = state.count(name, least);
        if (!(value <= most)) {
            throw new IllegalArgumentException(
                    "%s must be at most %d, got %d".formatted(name, most, value));
        }
        return value;
    }

    private static List<String> names(int couplings) {
        List<String> names = new ArrayList<>();
        for (int coupling = 0; coupling < couplings; coupling++) {
            for (String weight : WEIGHTS) {
                names.add("coupling/%d/%s".formatted(coupling, weight));
            }
        }
        return names;
    }

    /// The width of the rows, d.
    public int nFeatures() {
        return whitening.mean().length;
    }

    /// The width of the latents, k.
    public int components() {
        return whitening.components();
    }

    /// What the latents are distributed like.
    public FlowPrior prior() {
        return prior;
    }

    /// Everything that this flow is, as data.
    public FittedState state() {
        return state;
    }

    /// The latents of rows, each on its own.
    ///
    /// @param rows `[n, d]`
    /// @return `[n, k]`; of a row that is not finite, NaN
    public Matrix latents(Matrix rows) {
        return marked(rows, image(rows).latents());
    }

    /// The surprise of rows, each on its own.
    ///
    /// @param rows `[n, d]`
    /// @return `[n]`, −(1/k) log p(c); finite for a finite row unless it overflows to infinity, NaN
    ///   for a row that is not finite
    public double[] surprises(Matrix rows) {
        Couplings.Image image = image(rows);
        Matrix latents = marked(rows, image.latents());
        double[] surprises = new double[rows.rows()];
        int k = components();
        for (int row = 0; row < surprises.length; row++) {
            double sum = -whitening.logDeterminant() - image.logDeterminants()[row];
            for (double z : latents.row(row)) {
                sum += prior.surprise(z);
            }
            surprises[row] = sum / k;
        }
        return surprises;
    }

    /// The rows that have these latents and nothing beside the principal directions.
    ///
    /// @param latents `[n, k]`
    /// @return `[n, d]`
    Matrix inverse(Matrix latents) {
        return whitening.inverse(couplings.inverse(latents));
    }

    private Couplings.Image image(Matrix rows) {
        if (rows.columns() != nFeatures()) {
            throw new IllegalArgumentException(
                    "expected rows of %d features, got %s".formatted(nFeatures(), rows));
        }
        return couplings.forward(whitening.forward(rows));
    }

    /// The latents, but NaN for a row that is not finite: a feature that has no part in any
    /// direction would not show it.
    private static Matrix marked(Matrix rows, Matrix latents) {
        if (rows.isFinite()) {
            return latents;
        }
        double[] values = latents.toArray();
        int k = latents.columns();
        for (int row = 0; row < rows.rows(); row++) {
            if (!rows.slice(row, row + 1).isFinite()) {
                Arrays.fill(values, row * k, (row + 1) * k, Double.NaN);
            }
        }
        return Matrix.wrap(latents.rows(), k, values);
    }
}
