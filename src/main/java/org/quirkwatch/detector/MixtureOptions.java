package org.quirkwatch.detector;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.quirkwatch.linalg.FittedState;

/// How the distributions of a [GaussianMixture] are found.
///
/// @param shared whether a row's responsibility is averaged over the layers
/// @param iterations at most, 1 or more
/// @param tolerance the iterations end when no responsibility changes by more than this, 0 or more
/// @param prior π, the share of trusted rows among the untrusted, in (0, 1)
/// @param kept untrusted rows
record MixtureOptions(
        boolean shared, int iterations, double tolerance, double prior, SampleOptions kept) {

    /// The numbers of a state that [#numbers] gives.
    static final Set<String> NUMBERS =
            Set.of("shared", "iterations", "tolerance", "prior", "max_rows", "seed");

    private static final int MOST_ITERATIONS = 10_000;
    private static final double LEAST_PRIOR = 1e-6;

    /// The options, after others.
    static List<RuleOption> with(List<RuleOption> first) {
        List<RuleOption> options = new ArrayList<>(first);
        options.add(
                new RuleOption(
                        "responsibilities",
                        "shared",
                        "shared: averaged over the layers, or per-layer"));
        options.add(new RuleOption("iterations", "100", "at most, from 1 to 10000"));
        options.add(
                new RuleOption(
                        "tolerance",
                        "0",
                        "end when no responsibility changes by more than this, from 0 to 1"));
        options.add(
                new RuleOption(
                        "prior",
                        "0.5",
                        "share of trusted rows among the untrusted, from 0.000001 to 0.999999"));
        options.addAll(SampleOptions.OPTIONS);
        return List.copyOf(options);
    }

    static MixtureOptions of(RuleSettings settings) {
        return new MixtureOptions(
                settings.choice("responsibilities", "shared", "per-layer").equals("shared"),
                settings.count("iterations", 1, MOST_ITERATIONS),
                settings.number("tolerance", 0, 1),
                settings.number("prior", LEAST_PRIOR, 1 - LEAST_PRIOR),
                SampleOptions.of(settings));
    }

    static MixtureOptions of(FittedState state) {
        double prior = state.share("prior");
        if (!(prior > 0)) {
            throw new IllegalArgumentException("prior must be positive, got " + prior);
        }
        return new MixtureOptions(
                state.flag("shared"),
                state.count("iterations", 1),
                state.number("tolerance", 0),
                prior,
                new SampleOptions(state.count("max_rows", 2), state.count("seed", 0)));
    }

    /// As numbers of a state.
    Map<String, Double> numbers() {
        return Map.of(
                "shared",
                shared ? 1.0 : 0.0,
                "iterations",
                (double) iterations,
                "tolerance",
                tolerance,
                "prior",
                prior,
                "max_rows",
                (double) kept.most(),
                "seed",
                (double) kept.seed());
    }

    /// An empty reservoir for one layer's untrusted rows; those of all layers keep the same ones.
    Reservoir reservoir() {
        return new Reservoir(kept.most(), kept.seed());
    }

    /// Expectation and maximisation in turn.
    ///
    /// @param layers of as many rows each
    void iterate(List<MixtureLayer> layers) {
        List<double[]> before = List.of();
        for (int iteration = 0; iteration < iterations; iteration++) {
            List<double[]> weights = layers.stream().map(layer -> layer.weights(prior)).toList();
            if (shared) {
                double[] mean = mean(weights);
                weights = layers.stream().map(layer -> mean).toList();
            }
            if (!before.isEmpty() && largestChange(before, weights) <= tolerance) {
                return;
            }
            for (int i = 0; i < layers.size(); i++) {
                layers.get(i).update(weights.get(i));
            }
            before = weights;
        }
    }

    private static double[] mean(List<double[]> weights) {
        double[] mean = new double[weights.getFirst().length];
        for (double[] layer : weights) {
            if (layer.length != mean.length) {
                throw new IllegalArgumentException(
                        "the layers have %d and %d untrusted rows"
                                .formatted(mean.length, layer.length));
            }
            for (int row = 0; row < mean.length; row++) {
                mean[row] += layer[row] / weights.size();
            }
        }
        return mean;
    }

    private static double largestChange(List<double[]> before, List<double[]> after) {
        double largest = 0;
        for (int layer = 0; layer < after.size(); layer++) {
            for (int row = 0; row < after.get(layer).length; row++) {
                largest =
                        Math.max(largest, Math.abs(after.get(layer)[row] - before.get(layer)[row]));
            }
        }
        return largest;
    }
}
