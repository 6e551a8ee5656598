package org.quirkwatch.detector;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Consumer;
import org.quirkwatch.linalg.FittedState;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.problem.Problem;

/// [LikelihoodRatio] with the untrusted rows taken for a mixture of trusted ones and others, whose
/// distribution is found by expectation maximisation (Dempster, Laird, Rubin 1977; on activations
/// Johnston, Chakraborty and Belrose, arXiv 2504.08812).
///
/// It starts from the two distributions of [LikelihoodRatio]. Each iteration takes, for every
/// untrusted row and layer, the responsibility of the trusted distribution,
///
/// ```text
/// r = π N_T / (π N_T + (1 − π) N_U)
/// ```
///
/// averages it over the layers, so that a row is trusted or not as a whole, and sets N_U to the
/// mean and covariance of the rows weighted by w = 1 − r, shrunk as of Σw samples. N_T stays. The
/// score is that of [LikelihoodRatio] with the last N_U, in (−∞, ∞).
///
/// The paper has responsibilities over all layers, π = 1/2 and 100 iterations without a test of
/// convergence; these are the standards. An N_U that would rest on fewer than two rows, Σw < 2,
/// stays what it was, and the iterations of its layer end.
///
/// Memory of the fitter: [org.quirkwatch.linalg.RunningCovariance] of the trusted rows and at most
/// `max-rows` untrusted ones in each layer.
///
/// @param basis of the start
/// @param mixture how it goes on
record GaussianMixture(RatioBasis basis, MixtureOptions mixture) implements Detector {

    static final Rule RULE = new MixtureRule();

    @Override
    public Rule rule() {
        return RULE;
    }

    @Override
    public JointFitter fitter(List<String> layers) {
        SequencedMap<String, LayerRows> rows = new LinkedHashMap<>();
        layers.forEach(layer -> rows.put(layer, new LayerRows(mixture.reservoir())));
        return new MixtureFitter(rows);
    }

    private static final class MixtureRule implements Rule {

        @Override
        public String name() {
            return "gaussian-mixture";
        }

        @Override
        public boolean offline() {
            return true;
        }

        @Override
        public List<RuleOption> options() {
            return MixtureOptions.with(RatioBasis.OPTIONS);
        }

        @Override
        public Detector detector(RuleSettings settings) {
            return new GaussianMixture(RatioBasis.of(settings), MixtureOptions.of(settings));
        }

        @Override
        public FittedLayers restore(SequencedMap<String, FittedState> states) {
            SequencedMap<String, GaussianRatio> ratios = new LinkedHashMap<>();
            MixtureOptions[] first = new MixtureOptions[1];
            states.forEach((layer, state) -> {
                try {
                    ratios.put(layer, GaussianRatio.of(state, MixtureOptions.NUMBERS));
                    MixtureOptions options = MixtureOptions.of(state);
                    if (first[0] != null && !first[0].equals(options)) {
                        throw new IllegalArgumentException(
                                "expected the options of the first layer, %s, got %s"
                                        .formatted(first[0], options));
                    }
                    first[0] = options;
                } catch (IllegalArgumentException e) {
                    throw new IllegalArgumentException(
                            "layer %s: %s".formatted(layer, e.getMessage()), e);
                }
            });
            return Fitted.of(ratios, first[0]);
        }

        @Override
        public String toString() {
            return name();
        }
    }

    /// What is seen in one layer.
    private record LayerRows(SeenRows trusted, Reservoir untrusted) {
        LayerRows(Reservoir untrusted) {
            this(SeenRows.trusted(), untrusted);
        }
    }

    private final class MixtureFitter implements JointFitter {

        private final SequencedMap<String, LayerRows> layers;

        MixtureFitter(SequencedMap<String, LayerRows> layers) {
            this.layers = layers;
        }

        @Override
        public void add(Map<String, Matrix> trusted) {
            each(
                    layers.keySet(),
                    layer -> rows(layer).trusted().add(EachLayer.get(trusted, layer)));
        }

        @Override
        public void addUntrusted(Map<String, Matrix> untrusted) {
            each(
                    layers.keySet(),
                    layer -> {
                        Matrix rows = EachLayer.get(untrusted, layer);
                        SeenRows.check(rows, "untrusted");
                        rows(layer).untrusted().add(rows);
                    });
        }

        @Override
        public FittedLayers fit() {
            SequencedMap<String, TrustedSpread> spreads = new LinkedHashMap<>();
            SequencedMap<String, Matrix> untrusted = new LinkedHashMap<>();
            // Refused before the decompositions, which take long.
            each(
                    layers.keySet(),
                    layer -> {
                        int width = rows(layer).trusted().covariance().mean().length;
                        SeenRows.requireEnough(rows(layer).untrusted().count(), "untrusted");
                        SeenRows.requireWidth(rows(layer).untrusted().columns(), width);
                    });
            each(
                    layers.keySet(),
                    layer -> {
                        spreads.put(layer, TrustedSpread.of(rows(layer).trusted().spread(), basis));
                        untrusted.put(layer, rows(layer).untrusted().rows());
                    });
            return Fitted.of(mixed(spreads, basis, untrusted, mixture), mixture);
        }

        private LayerRows rows(String layer) {
            return java.util.Objects.requireNonNull(layers.get(layer));
        }
    }

    private static void each(Iterable<String> layers, Consumer<String> step) {
        for (String layer : layers) {
            try {
                step.accept(layer);
            } catch (Problem e) {
                throw new Problem(e.code(), layer + ": " + e.detail(), e);
            }
        }
    }

    /// @param untrusted the same samples in each layer
    private static SequencedMap<String, GaussianRatio> mixed(
            SequencedMap<String, TrustedSpread> spreads,
            RatioBasis basis,
            Map<String, Matrix> untrusted,
            MixtureOptions options) {
        SequencedMap<String, MixtureLayer> layers = new LinkedHashMap<>();
        each(
                spreads.keySet(),
                layer -> {
                    Matrix rows = EachLayer.get(untrusted, layer);
                    GaussianRatio start =
                            GaussianRatio.of(
                                    java.util.Objects.requireNonNull(spreads.get(layer)),
                                    basis,
                                    SeenRows.untrusted(rows));
                    layers.put(layer, new MixtureLayer(start, rows));
                });
        options.iterate(List.copyOf(layers.values()));
        SequencedMap<String, GaussianRatio> ratios = new LinkedHashMap<>();
        layers.forEach((layer, state) -> ratios.put(layer, state.ratio()));
        return ratios;
    }

    private record Fitted(
            EachLayer each, SequencedMap<String, GaussianRatio> ratios, MixtureOptions options)
            implements FittedLayers {

        static Fitted of(SequencedMap<String, GaussianRatio> ratios, MixtureOptions options) {
            SequencedMap<String, FittedDetector> layers = new LinkedHashMap<>();
            ratios.forEach((layer, ratio) ->
                    layers.put(
                            layer,
                            new LikelihoodRatio.Fitted(ratio.state(options.numbers()), ratio)));
            return new Fitted(new EachLayer(RULE.name(), layers), ratios, options);
        }

        @Override
        public String rule() {
            return each.rule();
        }

        @Override
        public SequencedMap<String, Integer> widths() {
            return each.widths();
        }

        @Override
        public double[][] score(Map<String, Matrix> features) {
            return each.score(features);
        }

        @Override
        public SequencedMap<String, FittedState> states() {
            return each.states();
        }

        @Override
        public FittedLayers withUntrusted(Map<String, Matrix> untrusted) {
            SequencedMap<String, TrustedSpread> spreads = new LinkedHashMap<>();
            SequencedMap<String, Matrix> kept = new LinkedHashMap<>();
            ratios.forEach((layer, ratio) -> {
                spreads.put(layer, ratio.trusted());
                Reservoir reservoir = options.reservoir();
                reservoir.add(EachLayer.get(untrusted, layer));
                kept.put(layer, reservoir.rows());
            });
            RatioBasis basis = ratios.firstEntry().getValue().options();
            return of(mixed(spreads, basis, kept, options), options);
        }
    }
}
