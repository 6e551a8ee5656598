package org.quirkwatch.flow;

import java.util.List;
import org.quirkwatch.linalg.LinearAlgebra;
import org.quirkwatch.linalg.Matrix;

/// A chain of affine couplings (RealNVP; Dinh, Sohl-Dickstein and Bengio 2017) of k components in
/// two halves: each coupling keeps one half, a, and changes the other, b, to
///
/// ```text
/// b exp(s) + t,    s = 2 tanh(r / 2),    [r, t] = tanh(a V + v) W + w
/// ```
///
/// and the next one keeps what this one changed. So it is undone by b = (b' − t) exp(−s), and the
/// log of its Jacobian's determinant is Σ s. Every log-scale is within ±2; as the hidden units are
/// bounded too, a row far out stays far out instead of being shifted back or squeezed in.
///
/// Immutable and thread-safe.
///
/// @param components k, 1 or more; without a coupling where it is 1
/// @param weights four of each coupling, with c components kept, m changed and h hidden units: V
///   `[c, h]`, v `[1, h]`, W `[h, 2m]`, w `[1, 2m]`
record Couplings(int components, List<Matrix> weights) {

    /// Weights of a coupling.
    static final int WEIGHTS = 4;

    Couplings {
        weights = List.copyOf(weights);
    }

    /// Where a row went.
    ///
    /// @param latents `[n, k]`
    /// @param logDeterminants `[n]`, log |det ∂z/∂u|
    record Image(Matrix latents, double[] logDeterminants) {}

    /// The shapes of a coupling's weights.
    ///
    /// @param coupling its number, from 0
    static int[][] shapes(int components, int hidden, int coupling) {
        int kept = kept(components, coupling);
        int both = 2 * (components - kept);
        return new int[][] {{kept, hidden}, {1, hidden}, {hidden, both}, {1, both}};
    }

    private static int kept(int components, int coupling) {
        int half = Math.ceilDiv(components, 2);
        return coupling % 2 == 0 ? half : components - half;
    }

    private int count() {
        return weights.size() / WEIGHTS;
    }

    /// The latents of rows.
    ///
    /// @param rows `[n, k]`
    Image forward(Matrix rows) {
        double[] logDeterminants = new double[rows.rows()];
        Matrix kept = columns(rows, 0, kept(components, 0));
        Matrix changed = columns(rows, kept.columns(), components);
        for (int coupling = 0; coupling < count(); coupling++) {
            Matrix both = conditioned(kept, coupling);
            int m = changed.columns();
            double[] moved = changed.toArray();
            for (int i = 0; i < moved.length; i++) {
                int row = i / m;
                double logScale = logScale(both.get(row, i % m));
                moved[i] = moved[i] * Math.exp(logScale) + both.get(row, m + i % m);
                logDeterminants[row] += logScale;
            }
            changed = kept;
            kept = Matrix.wrap(rows.rows(), m, moved);
        }
        return new Image(Matrix.besideEachOther(List.of(kept, changed)), logDeterminants);
    }

    /// The rows that have these latents.
    ///
    /// @param latents `[n, k]`
    /// @return `[n, k]`
    Matrix inverse(Matrix latents) {
        Matrix kept = columns(latents, 0, kept(components, count()));
        Matrix changed = columns(latents, kept.columns(), components);
        for (int coupling = count() - 1; coupling >= 0; coupling--) {
            Matrix moved = kept;
            kept = changed;
            Matrix both = conditioned(kept, coupling);
            int m = moved.columns();
            double[] values = moved.toArray();
            for (int i = 0; i < values.length; i++) {
                int row = i / m;
                double logScale = logScale(both.get(row, i % m));
                values[i] = (values[i] - both.get(row, m + i % m)) * Math.exp(-logScale);
            }
            changed = Matrix.wrap(latents.rows(), m, values);
        }
        return Matrix.besideEachOther(List.of(kept, changed));
    }

    private static double logScale(double raw) {
        return 2 * Math.tanh(raw / 2);
    }

    /// `[n, 2m]`: r, then t.
    private Matrix conditioned(Matrix kept, int coupling) {
        int at = coupling * WEIGHTS;
        double[] hidden = affine(kept, weights.get(at), weights.get(at + 1)).toArray();
        for (int i = 0; i < hidden.length; i++) {
            hidden[i] = Math.tanh(hidden[i]);
        }
        Matrix units = Matrix.wrap(kept.rows(), weights.get(at).columns(), hidden);
        return affine(units, weights.get(at + 2), weights.get(at + 3));
    }

    private static Matrix affine(Matrix rows, Matrix weight, Matrix bias) {
        double[] offsets = bias.row(0);
        double[] values = LinearAlgebra.multiply(rows, weight).toArray();
        for (int i = 0; i < values.length; i++) {
            values[i] += offsets[i % offsets.length];
        }
        return Matrix.wrap(rows.rows(), offsets.length, values);
    }

    private static Matrix columns(Matrix matrix, int from, int to) {
        double[] values = new double[matrix.rows() * (to - from)];
        for (int i = 0; i < values.length; i++) {
            values[i] = matrix.get(i / (to - from), from + i % (to - from));
        }
        return Matrix.wrap(matrix.rows(), to - from, values);
    }
}
