package org.quirkwatch.detector;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.quirkwatch.linalg.FittedState;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.linalg.NearestRows;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

/// Topological evolution dynamics (Mo et al. 2024, arXiv 2312.02673): whether the trusted rows that
/// are near a row in one layer are near it in the others too.
///
/// Each layer in turn is the reference. The k trusted rows of greatest cosine similarity to the row
/// there are looked up in every other layer: how many trusted rows are more similar to the row than
/// that one, from 0. So each neighbour gives a vector of ranks, one per other layer. Its outlier
/// score is that of PyOD's PCA detector with its standard settings, fitted to the vectors of the
/// trusted rows (a row is not its own neighbour): with z the ranks divided by their deviation after
/// their mean is subtracted, v_j the unit eigenvectors of the correlation of the trusted vectors,
/// the entry of largest magnitude positive, and w_j the share of the variance along v_j,
///
/// ```text
/// o(z) = Σ_j |z − v_j| / w_j      over the j with w_j > 1e-10
/// s = the mean (or the largest) o over the k neighbours
/// ```
///
/// with |·| the Euclidean length: the weighted distance to the eigenvectors as points, which is
/// what that program computes, not to the hyperplanes across them. The score of a layer is the s
/// for which it is the reference. It lies in (0, ∞) and has no sense of distance: a row far out in
/// a direction that trusted rows lie in is as near by cosine as they are. A row of zeros has
/// similarity 1/2 to all.
///
/// Memory: the kept rows, while scoring as while fitting, and as much in the artifact.
///
/// @param k neighbours, fewer where there are not k + 1 trusted rows
/// @param max whether the largest outlier score counts and not the mean
/// @param kept the trusted rows, the same samples in each layer
record Ted(int k, boolean max, SampleOptions kept) implements Detector {

    static final Rule RULE = new TedRule();

    static final int FEWEST_ROWS = 3;
    static final int FEWEST_LAYERS = 2;
    private static final int MOST_FEATURES = 16_384;

    /// Ranks of the trusted rows, which are all held while fitting.
    private static final long MOST_RANKS = 1L << 28;

    @Override
    public Rule rule() {
        return RULE;
    }

    @Override
    public JointFitter fitter(List<String> layers) {
        if (!(layers.size() >= FEWEST_LAYERS)) {
            throw new Problem(
                    ProblemCode.INVALID_FIT,
                    "the rule ted compares layers: %d or more are needed, got %s"
                            .formatted(FEWEST_LAYERS, layers));
        }
        return new TedFitter(layers);
    }

    private static final class TedRule implements Rule {
        @Override
        public String name() {
            return "ted";
        }

        @Override
        public List<RuleOption> options() {
            return SampleOptions.with(
                    new RuleOption("k", "10", "nearest trusted rows looked at, from 1 to 100"),
                    new RuleOption(
                            "reduce", "mean", "of the neighbours' outlier scores: mean or max"));
        }

        @Override
        public Detector detector(RuleSettings settings) {
            return new Ted(
                    settings.count("k", 1, 100),
                    settings.choice("reduce", "mean", "max").equals("max"),
                    SampleOptions.of(settings));
        }

        @Override
        public FittedLayers restore(SequencedMap<String, FittedState> states) {
            return FittedTed.of(states);
        }
    }

    private final class TedFitter implements JointFitter {
        private final SequencedMap<String, RowReservoir> reservoirs = new LinkedHashMap<>();

        TedFitter(List<String> layers) {
            layers.forEach(layer -> reservoirs.put(layer, kept.reservoir(MOST_FEATURES)));
        }

        @Override
        public void add(Map<String, Matrix> trusted) {
            int rows = EachLayer.get(trusted, reservoirs.firstEntry().getKey()).rows();
            // All are looked at before one is kept, or the layers would hold different samples.
            reservoirs.forEach((layer, reservoir) -> {
                Matrix matrix = EachLayer.get(trusted, layer);
                if (matrix.rows() != rows) {
                    throw new IllegalArgumentException(
                            "layer %s has %d rows, the first has %d"
                                    .formatted(layer, matrix.rows(), rows));
                }
                named(layer, () -> reservoir.require(matrix));
            });
            reservoirs.forEach((layer, reservoir) -> reservoir.add(EachLayer.get(trusted, layer)));
        }

        @Override
        public void addUntrusted(Map<String, Matrix> untrusted) {
            throw new Problem(ProblemCode.INVALID_FIT, "the rule learns from trusted rows only");
        }

        @Override
        public FittedLayers fit() {
            SequencedMap<String, Matrix> rows = new LinkedHashMap<>();
            reservoirs.forEach((layer, reservoir) ->
                    named(
                            layer,
                            () ->
                                    rows.put(
                                            layer,
                                            TedRanks.normalised(reservoir.varied(FEWEST_ROWS)))));
            int n = rows.firstEntry().getValue().rows();
            int used = Math.min(k, n - 1);
            List<String> names = List.copyOf(rows.keySet());
            double ranked = (double) n * used * names.size() * (names.size() - 1);
            if (!(ranked <= MOST_RANKS)) {
                throw new Problem(
                        ProblemCode.INVALID_FIT,
                        ("%d neighbours of %d trusted rows in %d layers have %.0f ranks, more than"
                                        + " the limit of %d: fewer rows, neighbours or layers are"
                                        + " needed")
                                .formatted(used, n, names.size(), ranked, MOST_RANKS));
            }
            int[][][][] ranks =
                    TedRanks.ofTrusted(rows.values().stream().map(NearestRows::new).toList(), used);
            SequencedMap<String, FittedState> states = new LinkedHashMap<>();
            for (int reference = 0; reference < names.size(); reference++) {
                String layer = names.get(reference);
                int[][][] vectors = ranks[reference];
                Matrix matrix = EachLayer.get(rows, layer);
                named(
                        layer,
                        () ->
                                states.put(
                                        layer,
                                        RankOutliers.fit(vectors)
                                                .state(
                                                        reservoirs.firstEntry().getValue().seen(),
                                                        matrix,
                                                        used,
                                                        max)));
            }
            return FittedTed.of(states);
        }

        private static void named(String layer, Runnable step) {
            try {
                step.run();
            } catch (Problem e) {
                throw new Problem(e.code(), layer + ": " + e.detail(), e);
            }
        }
    }
}
