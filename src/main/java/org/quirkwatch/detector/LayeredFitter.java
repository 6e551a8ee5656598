package org.quirkwatch.detector;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.problem.Problem;

/// Fits one detector per layer, then the scale of their scores: first all fitting rows, then all
/// rows of the scale, which must be others. Mutable, for one thread.
public final class LayeredFitter {

    private final SequencedMap<String, Fitter> fitters = new LinkedHashMap<>();
    private final SequencedMap<String, FittedDetector> fitted = new LinkedHashMap<>();
    private final List<double[]> scores = new ArrayList<>();

    /// @param rule fitted in every layer
    /// @param layers the names of the layers, at least one, without repetition
    public LayeredFitter(Detector rule, List<String> layers) {
        for (String layer : layers) {
            fitters.put(layer, rule.fitter());
        }
        if (layers.isEmpty() || fitters.size() != layers.size()) {
            throw new IllegalArgumentException("layers must be named, each once, got " + layers);
        }
    }

    /// Adds trusted rows to fit on.
    ///
    /// @param features per layer `[m, width]`
    /// @throws Problem `invalid-fit` when a value is not finite: names the layer
    public void add(Map<String, Matrix> features) {
        if (!fitted.isEmpty()) {
            throw new IllegalStateException("the detectors are fitted already");
        }
        fitters.forEach((layer, fitter) ->
                naming(
                        layer,
                        () -> {
                            fitter.add(Layers.get(features, layer));
                            return fitter;
                        }));
    }

    /// Adds trusted rows for the scale of the layers' scores. The first call ends the fitting.
    ///
    /// @param features per layer `[m, width]`
    /// @throws Problem `invalid-fit` when a layer cannot be fitted: names the layer
    public void addHeldOut(Map<String, Matrix> features) {
        if (fitted.isEmpty()) {
            fitters.forEach((layer, fitter) -> fitted.put(layer, naming(layer, fitter::fit)));
        }
        scores.addAll(List.of(Layers.score(fitted, features)));
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
            return new LayeredDetector(fitted, aggregation, LayerScale.of(matrix));
        } catch (IllegalArgumentException e) {
            throw new Problem(
                    org.quirkwatch.problem.ProblemCode.INVALID_FIT,
                    "the scores of %d held-out trusted rows have no scale: %s"
                            .formatted(scores.size(), e.getMessage()),
                    e);
        }
    }

    private static <T> T naming(String layer, java.util.function.Supplier<T> step) {
        try {
            return step.get();
        } catch (Problem e) {
            throw new Problem(e.code(), layer + ": " + e.detail(), e);
        }
    }
}
