package org.quirkwatch.detector;

import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

/// How the scores of the layers become one.
public enum Aggregation {
    /// The arithmetic mean of the raw scores, as in the paper: layers with larger scores dominate.
    MEAN("mean", false),
    /// The largest raw score.
    MAX("max", false),
    /// The mean over layers of the scores on their common scale ([LayerScale]).
    STANDARDISED_MEAN("standardised-mean", true),
    /// The largest of the scores on their common scale.
    STANDARDISED_MAX("standardised-max", true);

    private final String text;
    private final boolean standardised;

    Aggregation(String text, boolean standardised) {
        this.text = text;
        this.standardised = standardised;
    }

    /// The name in commands and manifests.
    public String text() {
        return text;
    }

    /// The aggregation of a name.
    ///
    /// @throws Problem `invalid-fit` for another text
    public static Aggregation parse(String text) {
        for (Aggregation aggregation : values()) {
            if (aggregation.text.equals(text)) {
                return aggregation;
            }
        }
        throw new Problem(
                ProblemCode.INVALID_FIT,
                ("aggregation must be mean, max, standardised-mean or standardised-max, got"
                                + " \"%s\"")
                        .formatted(text));
    }

    /// @param layers one signal's raw scores, `[nLayers]`
    double apply(double[] layers, LayerScale scale) {
        double[] scores = standardised ? scale.common(layers) : layers;
        double sum = 0;
        double largest = Double.NEGATIVE_INFINITY;
        for (double score : scores) {
            sum += score;
            largest = Math.max(largest, score);
        }
        return switch (this) {
            case MEAN, STANDARDISED_MEAN -> sum / scores.length;
            case MAX, STANDARDISED_MAX -> largest;
        };
    }
}
