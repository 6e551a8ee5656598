package org.quirkwatch.detector;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

/// How the scores of the layers become one.
public enum Aggregation {
    /// The arithmetic mean of the raw scores, as in the paper: layers with larger scores dominate.
    MEAN("mean"),
    /// The largest raw score.
    MAX("max"),
    /// The mean over layers of the scores on their common scale ([LayerScale]).
    STANDARDISED_MEAN("standardised-mean"),
    /// The largest of the scores on their common scale.
    STANDARDISED_MAX("standardised-max"),
    /// The layers' p-values combined (Liu and Xie 2020, Journal of the American Statistical
    /// Association 115): T = mean of tan((½ − p_l)π) is Cauchy distributed where the p_l are
    /// uniform, nearly whatever their dependence. The score is −ln of T's p-value, above 0.
    CAUCHY("cauchy");

    private final String text;

    Aggregation(String text) {
        this.text = text;
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
                "aggregation must be one of %s, got \"%s\""
                        .formatted(
                                Arrays.stream(values())
                                        .map(Aggregation::text)
                                        .collect(Collectors.joining(", ")),
                                text));
    }

    /// Whether the layers' scores are compared with those of held-out trusted rows.
    public boolean needsScale() {
        return switch (this) {
            case MEAN, MAX -> false;
            case STANDARDISED_MEAN, STANDARDISED_MAX, CAUCHY -> true;
        };
    }

    /// @param layers one signal's raw scores, `[nLayers]`
    double apply(double[] layers, LayerScale scale) {
        return switch (this) {
            case MEAN -> mean(layers);
            case MAX -> max(layers);
            case STANDARDISED_MEAN -> mean(scale.common(layers));
            case STANDARDISED_MAX -> max(scale.common(layers));
            case CAUCHY -> cauchy(layers, scale);
        };
    }

    private static double mean(double[] scores) {
        double sum = 0;
        for (double score : scores) {
            sum += score;
        }
        return sum / scores.length;
    }

    private static double max(double[] scores) {
        double largest = Double.NEGATIVE_INFINITY;
        for (double score : scores) {
            largest = Math.max(largest, score);
        }
        return largest;
    }

    private static double cauchy(double[] layers, LayerScale scale) {
        double t = 0;
        for (int layer = 0; layer < layers.length; layer++) {
            double p = scale.pValue(layer, layers[layer]);
            // Near 0 the tangent's argument would round to a quarter turn.
            t += (p < 1e-8 ? 1 / (Math.PI * p) : Math.tan((0.5 - p) * Math.PI)) / layers.length;
        }
        double p = t > 1 ? Math.atan(1 / t) / Math.PI : 0.5 - Math.atan(t) / Math.PI;
        return -Math.log(p);
    }
}
