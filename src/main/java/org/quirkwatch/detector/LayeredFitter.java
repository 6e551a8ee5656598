package org.quirkwatch.detector;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

/// Fits the layers, then the scale of their scores: first all fitting rows, then all rows of the
/// scale, which must be others. Mutable, for one thread.
public final class LayeredFitter {

    private final JointFitter fitter;
    private final List<double[]> scores = new ArrayList<>();
    private @Nullable FittedLayers fitted;

    /// @param detector to fit
    /// @param layers the names of the layers, at least one, without repetition
    public LayeredFitter(Detector detector, List<String> layers) {
        if (layers.isEmpty() || new HashSet<>(layers).size() != layers.size()) {
            throw new IllegalArgumentException("layers must be named, each once, got " + layers);
        }
        this.fitter = detector.fitter(layers);
    }

    /// Adds trusted rows to fit on.
    ///
    /// @param features per layer `[m, width]`
    /// @throws Problem `invalid-fit` when a value is not finite: names the layer
    public void add(Map<String, Matrix> features) {
        requireFitting();
        fitter.add(features);
    }

    /// Adds untrusted rows to fit on.
    ///
    /// @param features per layer `[m, width]`
    /// @throws Problem `invalid-fit` when a value is not finite or the rule is not offline: names
    ///   the layer
    public void addUntrusted(Map<String, Matrix> features) {
        requireFitting();
        fitter.addUntrusted(features);
    }

    /// Adds trusted rows for the scale of the layers' scores. The first call ends the fitting.
    ///
    /// @param features per layer `[m, width]`
    /// @throws Problem `invalid-fit` when a layer cannot be fitted: names the layer
    public void addHeldOut(Map<String, Matrix> features) {
        scores.addAll(List.of(fitted().score(features)));
    }

    /// The detector.
    ///
    /// @throws Problem `invalid-fit` when the scores of the held-out rows have no scale
    public LayeredDetector fit(Aggregation aggregation) {
        if (scores.size() < 2) {
            throw new IllegalStateException(
                    "2 held-out rows or more are needed, got " + scores.size());
        }
        Matrix matrix = Matrix.ofRows(scores.toArray(double[][]::new));
        try {
            return new LayeredDetector(fitted(), aggregation, LayerScale.of(matrix));
        } catch (IllegalArgumentException e) {
            throw new Problem(
                    ProblemCode.INVALID_FIT,
                    "the scores of %d held-out trusted rows have no scale: %s"
                            .formatted(scores.size(), e.getMessage()),
                    e);
        }
    }

    private FittedLayers fitted() {
        if (fitted == null) {
            fitted = fitter.fit();
        }
        return fitted;
    }

    private void requireFitting() {
        if (fitted != null) {
            throw new IllegalStateException("the layers are fitted already");
        }
    }
}
