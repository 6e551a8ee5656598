package org.quirkwatch.evaluation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.quirkwatch.calibration.Calibration;
import org.quirkwatch.detector.Aggregation;
import org.quirkwatch.detector.FittedLayers;
import org.quirkwatch.detector.Rule;
import org.quirkwatch.detector.Rules;
import org.quirkwatch.evaluation.ResultLine.Aggregated;
import org.quirkwatch.evaluation.ResultLine.Flags;
import org.quirkwatch.evaluation.ResultLine.Subset;
import org.quirkwatch.fitting.LayerRows;
import org.quirkwatch.fitting.LayeredFit;
import org.quirkwatch.fitting.Split;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.progress.Progress;

/// Fits one detector and measures it: the layers once, all aggregations from their scores.
///
/// @param trusted rows to fit and calibrate on
/// @param untrusted rows to learn from, for a rule that does
/// @param test all normal rows, then all anomalous ones
/// @param agreement per tested row
/// @param nNormal how many of the tested rows are normal
/// @param split of the trusted rows
/// @param alphas levels of significance
record CellRun(
        LayerRows trusted,
        Optional<LayerRows> untrusted,
        LayerRows test,
        List<Optional<Boolean>> agreement,
        int nNormal,
        Split split,
        List<Double> alphas) {

    static final int RESAMPLES = 1000;
    static final double INTERVAL = 0.95;
    static final double BAND = 0.99;

    /// The aggregations that reports show: the first that is possible.
    private static final List<Aggregation> SHOWN =
            List.of(Aggregation.STANDARDISED_MEAN, Aggregation.MEAN);

    private static final int BATCH = 1024;
    private static final String SEED = "seed";

    /// Runs it. A layer that cannot be fitted, for instance as nothing varies there over trusted
    /// rows, is left out, as somebody who fits a detector would leave it out.
    ///
    /// @param seed of the rule, where it has one that was not set
    /// @param resampling seed of the bootstrap
    /// @return with the layers that were fitted
    /// @throws Problem where no layer can be fitted, or scores are not finite
    ResultLine.Result run(DetectorChoice choice, long seed, long resampling) {
        CellRun run = this;
        while (true) {
            try {
                return run.once(choice, seed, resampling);
            } catch (Problem e) {
                Optional<String> layer = run.layerOf(e);
                if (layer.isEmpty() || run.trusted.layers().size() == 1) {
                    throw e;
                }
                run = run.without(layer.get());
            }
        }
    }

    /// The layer that a failed fit names at the head of its message.
    private Optional<String> layerOf(Problem e) {
        return e.code() == ProblemCode.INVALID_FIT
                ? trusted.layers().keySet().stream()
                        .filter(layer -> e.detail().startsWith(layer + ": "))
                        .findFirst()
                : Optional.empty();
    }

    private CellRun without(String layer) {
        return new CellRun(
                trusted.without(layer),
                untrusted.map(rows -> rows.without(layer)),
                test.without(layer),
                agreement,
                nNormal,
                split,
                alphas);
    }

    private ResultLine.Result once(DetectorChoice choice, long seed, long resampling) {
        Rule rule = Rules.named(choice.rule());
        Map<String, String> settings = new TreeMap<>(choice.settings());
        if (rule.options().stream().anyMatch(option -> option.name().equals(SEED))) {
            settings.putIfAbsent(SEED, Long.toString(seed));
        }
        LayeredFit fit =
                LayeredFit.of(
                        Rules.detector(choice.rule(), settings),
                        Aggregation.MEAN,
                        split,
                        trusted,
                        rule.offline() ? untrusted : Optional.empty(),
                        Progress.silent());
        double[][] scores = score(fit.detector().layers());
        List<String> names = List.copyOf(trusted.layers().sequencedKeySet());
        List<ResultLine.Layer> layers = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            int layer = i;
            Ranking ranking = ranking(Arrays.stream(scores).mapToDouble(s -> s[layer]).toArray());
            layers.add(
                    new ResultLine.Layer(
                            names.get(i), ranking.auroc(), ranking.averagePrecision()));
        }
        SequencedMap<Aggregation, Measured> measured = new LinkedHashMap<>();
        for (Aggregation aggregation : Aggregation.values()) {
            measure(fit, aggregation, scores, resampling)
                    .ifPresent(result -> measured.put(aggregation, result));
        }
        return new ResultLine.Result(
                new ResultLine.Counts(
                        split.fit().size(),
                        split.scale().size(),
                        split.calibration().size(),
                        nNormal,
                        scores.length - nNormal),
                layers,
                measured.values().stream().map(Measured::aggregated).toList(),
                shown(measured));
    }

    private record Measured(Aggregated aggregated, ResultLine.Pictures pictures) {}

    private static Optional<ResultLine.Pictures> shown(Map<Aggregation, Measured> measured) {
        return SHOWN.stream()
                .flatMap(a -> Optional.ofNullable(measured.get(a)).stream())
                .map(Measured::pictures)
                .findFirst();
    }

    private double[][] score(FittedLayers fitted) {
        double[][] all = new double[test.size()][];
        for (int from = 0; from < all.length; from += BATCH) {
            int to = Math.min(all.length, from + BATCH);
            Map<String, Matrix> batch = new LinkedHashMap<>();
            for (Map.Entry<String, Matrix> layer : test.layers().entrySet()) {
                batch.put(layer.getKey(), layer.getValue().slice(from, to));
            }
            double[][] scores = fitted.score(batch);
            for (int row = from; row < to; row++) {
                all[row] = scores[row - from];
                requireFinite(all[row], row);
            }
        }
        return all;
    }

    private void requireFinite(double[] scores, int row) {
        if (!Arrays.stream(scores).allMatch(Double::isFinite)) {
            throw new Problem(
                    ProblemCode.NON_FINITE,
                    "a score of tested row %d (from 0) is not finite: %s"
                            .formatted(row, Arrays.toString(scores)));
        }
    }

    /// Empty where the layers have no common scale and the aggregation needs one.
    private Optional<Measured> measure(
            LayeredFit fit, Aggregation aggregation, double[][] scores, long resampling) {
        LayeredFit with;
        Calibration calibration;
        try {
            with = fit.with(aggregation);
            calibration = with.calibration();
        } catch (Problem e) {
            return Optional.empty();
        }
        double[] aggregated = with.detector().aggregate(scores);
        if (!Arrays.stream(aggregated).allMatch(Double::isFinite)) {
            return Optional.empty();
        }
        Ranking ranking = ranking(aggregated);
        Optional<Ranking.Intervals> intervals =
                SHOWN.contains(aggregation)
                        ? Optional.of(
                                ranking.bootstrap(
                                        new SplittableRandom(resampling), RESAMPLES, INTERVAL))
                        : Optional.empty();
        double[] pValues = Arrays.stream(aggregated).map(calibration::pValue).toArray();
        double[] normal = Arrays.copyOf(pValues, nNormal);
        return Optional.of(
                new Measured(
                        new Aggregated(
                                aggregation.text(),
                                ranking.auroc(),
                                intervals.map(Ranking.Intervals::auroc),
                                ranking.averagePrecision(),
                                intervals.map(Ranking.Intervals::averagePrecision),
                                subset(aggregated, true),
                                subset(aggregated, false),
                                ranking.filterRemainder(),
                                flags(pValues, calibration.n()),
                                Uniformity.of(normal)),
                        Shown.of(
                                aggregation,
                                ranking,
                                calibration.scores(),
                                Arrays.copyOf(aggregated, nNormal),
                                Arrays.copyOfRange(aggregated, nNormal, aggregated.length),
                                normal)));
    }

    private Ranking ranking(double[] scores) {
        return Ranking.of(
                Arrays.copyOf(scores, nNormal), Arrays.copyOfRange(scores, nNormal, scores.length));
    }

    private Subset subset(double[] scores, boolean agree) {
        int[] rows =
                IntStream.range(0, scores.length)
                        .filter(row -> agreement.get(row).filter(a -> a == agree).isPresent())
                        .toArray();
        double[] normal =
                Arrays.stream(rows).filter(r -> r < nNormal).mapToDouble(r -> scores[r]).toArray();
        double[] anomalous =
                Arrays.stream(rows).filter(r -> r >= nNormal).mapToDouble(r -> scores[r]).toArray();
        if (normal.length == 0 || anomalous.length == 0) {
            return new Subset(
                    OptionalDouble.empty(),
                    OptionalDouble.empty(),
                    normal.length,
                    anomalous.length);
        }
        Ranking ranking = Ranking.of(normal, anomalous);
        return new Subset(
                OptionalDouble.of(ranking.auroc()),
                OptionalDouble.of(ranking.averagePrecision()),
                normal.length,
                anomalous.length);
    }

    private List<Flags> flags(double[] pValues, int calibration) {
        List<Flags> flags = new ArrayList<>();
        for (double alpha : alphas) {
            // Where p is never below alpha, nothing is flagged and nothing is to be said.
            if (alpha * (calibration + 1) > 1) {
                flags.add(
                        new Flags(
                                alpha,
                                share(pValues, 0, nNormal, alpha),
                                share(pValues, nNormal, pValues.length, alpha),
                                CountLaw.binomial(nNormal, alpha).central(BAND),
                                CountLaw.flagged(nNormal, calibration, alpha).central(BAND)));
            }
        }
        return flags;
    }

    private static double share(double[] pValues, int from, int to, double alpha) {
        long flagged = Arrays.stream(pValues, from, to).filter(p -> p < alpha).count();
        return (double) flagged / (to - from);
    }
}
