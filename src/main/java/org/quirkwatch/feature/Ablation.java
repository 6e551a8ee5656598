package org.quirkwatch.feature;

import org.quirkwatch.linalg.Matrix;

/// What a head's output z is replaced by, and what is told of it: how the effects follow from z and
/// the gradient g of the output function y, per head h, all at one token.
enum Ablation {
    /// By the trusted mean μ: e_h = (μ_h − z_h)·g_h.
    MEAN("mean"),
    /// By nothing: e_h = −z_h·g_h.
    ZERO("zero"),
    /// Along the trusted principal directions v_j, by the mean there: e_{j,h} = (v_j·μ −
    /// v_j·z)(v_{j,h}·g_h), columns j-major.
    PCS("pcs"),
    /// As the original computed it, which is a zero ablation and a term along v_j: e_{j,h} = ((1 +
    /// v_j·μ − v_j·z) v_{j,h} − z_h)·g_h. For comparison with published numbers.
    PCS_LEGACY("pcs-legacy"),
    /// No replacement: ‖g_h‖², squared as in the original despite its name.
    GRAD_NORM("grad-norm"),
    /// No replacement: g itself.
    RAW("raw");

    private final String text;

    Ablation(String text) {
        this.text = text;
    }

    /// The name after `attribution-`.
    String text() {
        return text;
    }

    boolean needsMean() {
        return this == MEAN || needsDirections();
    }

    boolean needsDirections() {
        return this == PCS || this == PCS_LEGACY;
    }

    boolean needsActivation() {
        return this != GRAD_NORM && this != RAW;
    }

    /// The effects of a layer.
    ///
    /// @param z `[n, width]`
    /// @param gradient g, `[n, width]`
    /// @param mean μ, `[width]`, where it is needed
    /// @param directions v, `[width, k]`, where they are needed
    /// @param heads that share the width evenly, one after another
    /// @return `[n, heads]`, `[n, k * heads]` or `[n, width]`
    Matrix effects(Matrix z, Matrix gradient, double[] mean, Matrix directions, int heads) {
        return switch (this) {
            case MEAN, ZERO, GRAD_NORM -> ofHeads(z, gradient, mean, heads);
            case PCS, PCS_LEGACY -> alongDirections(z, gradient, mean, directions, heads);
            case RAW -> gradient;
        };
    }

    private Matrix ofHeads(Matrix z, Matrix gradient, double[] mean, int heads) {
        int n = gradient.rows();
        int width = gradient.columns();
        int dHead = width / heads;
        double[] effects = new double[n * heads];
        for (int row = 0; row < n; row++) {
            double[] g = gradient.row(row);
            double[] values = this == GRAD_NORM ? g : z.row(row);
            for (int i = 0; i < width; i++) {
                double change =
                        switch (this) {
                            case MEAN -> mean[i] - values[i];
                            case ZERO -> -values[i];
                            default -> values[i];
                        };
                effects[row * heads + i / dHead] += change * g[i];
            }
        }
        return Matrix.wrap(n, heads, effects);
    }

    private Matrix alongDirections(
            Matrix z, Matrix gradient, double[] mean, Matrix directions, int heads) {
        int n = gradient.rows();
        int width = gradient.columns();
        int dHead = width / heads;
        int count = directions.columns();
        double[] effects = new double[n * count * heads];
        for (int row = 0; row < n; row++) {
            double[] g = gradient.row(row);
            double[] values = z.row(row);
            for (int j = 0; j < count; j++) {
                double missing = 0;
                for (int i = 0; i < width; i++) {
                    missing += directions.get(i, j) * (mean[i] - values[i]);
                }
                for (int i = 0; i < width; i++) {
                    double change =
                            this == PCS
                                    ? missing * directions.get(i, j)
                                    : (1 + missing) * directions.get(i, j) - values[i];
                    effects[(row * count + j) * heads + i / dHead] += change * g[i];
                }
            }
        }
        return Matrix.wrap(n, count * heads, effects);
    }
}
