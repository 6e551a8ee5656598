package org.quirkwatch.evaluation;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/// A line of results: everything that a report is made of. Each has a key that stands for all that
/// decides it, so that nothing is computed twice.
public sealed interface ResultLine {

    /// What decides the line: a digest.
    String key();

    /// What was evaluated.
    Subject subject();

    /// A model and rows.
    ///
    /// @param model the model's name
    /// @param modelDigest of its files
    /// @param data the name of the task or folder
    /// @param shift as [Shift#text] gives it
    /// @param rowsDigest of all rows
    record Subject(String model, String modelDigest, String data, String shift, String rowsDigest) {

        /// The model and the data, as reports name them: the model where its name begins with the
        /// data's, else `addition · model`.
        String name() {
            String plain = model.startsWith("quirky-") ? model.substring(7) : model;
            return plain.equals(data) || plain.startsWith(data + "-")
                    ? plain
                    : "%s · %s".formatted(data, model);
        }
    }

    /// A detector on a subject.
    ///
    /// @param feature what it looks at
    /// @param rule its rule with the options that were set, such as `lof:k=10`
    /// @param offline whether it learned from untrusted rows too
    /// @param untrusted which: as [UntrustedSource#text] gives it, empty for rules that do not
    /// @param seed of the split of the trusted rows, and of the rule where it has one
    /// @param calibrationShare of the trusted rows that fitted no layer
    record Detector(
            String feature,
            String rule,
            boolean offline,
            String untrusted,
            long seed,
            double calibrationShare) {

        /// Feature and rule, as commands name them.
        String name() {
            return feature + "/" + rule;
        }
    }

    /// How a detector did.
    ///
    /// @param result empty where it could not be evaluated
    /// @param problem why it could not
    /// @param seconds it took, beside others
    record Cell(
            String key,
            Subject subject,
            Detector detector,
            Optional<Result> result,
            Optional<String> problem,
            double seconds)
            implements ResultLine {}

    /// How a detector did.
    ///
    /// @param rows counts of the rows
    /// @param layers each by itself; those that could not be fitted are left out of all
    /// @param aggregated all layers together, an entry per aggregation that was possible
    /// @param pictures of the aggregation that is shown; empty without any
    record Result(
            Counts rows,
            List<Layer> layers,
            List<Aggregated> aggregated,
            Optional<Pictures> pictures) {

        /// The result of an aggregation, if it was possible.
        Optional<Aggregated> of(String aggregation) {
            return aggregated.stream().filter(a -> a.aggregation().equals(aggregation)).findFirst();
        }
    }

    /// How many rows there were.
    ///
    /// @param fit trusted rows that fitted the layers
    /// @param scale trusted rows that gave the layers' scale
    /// @param calibration trusted rows that calibrated
    /// @param normal tested
    /// @param anomalous tested
    record Counts(int fit, int scale, int calibration, int normal, int anomalous) {}

    /// A layer by itself.
    ///
    /// @param layer its name
    /// @param auroc in [0, 1]
    /// @param ap in (0, 1]
    record Layer(String layer, double auroc, double ap) {}

    /// All layers together.
    ///
    /// @param aggregation how
    /// @param auroc in [0, 1]
    /// @param aurocInterval 95 %, by the bootstrap over rows; of the means only, as it takes longer
    ///   than all else
    /// @param ap in (0, 1]
    /// @param apInterval likewise
    /// @param agree where both behaviours give the same label; empty where there are no such rows
    ///   of both classes
    /// @param disagree where they do not
    /// @param remainder share of normal rows that a filter which misses nothing keeps
    /// @param flags at each level that the calibration can reach
    /// @param uniformity of the p-values of normal rows
    record Aggregated(
            String aggregation,
            double auroc,
            Optional<Interval> aurocInterval,
            double ap,
            Optional<Interval> apInterval,
            Subset agree,
            Subset disagree,
            double remainder,
            List<Flags> flags,
            Uniformity uniformity) {}

    /// Some of the rows.
    ///
    /// @param auroc empty where they are not of both classes
    /// @param ap likewise
    /// @param normal how many
    /// @param anomalous how many
    record Subset(OptionalDouble auroc, OptionalDouble ap, int normal, int anomalous) {}

    /// What is flagged at a level.
    ///
    /// @param alpha the level
    /// @param falseRate share of normal rows
    /// @param trueRate share of anomalous rows
    /// @param band of the false rate, 99 %, were every normal row flagged with probability alpha
    /// @param calibratedBand likewise, with the spread of a calibration on finitely many rows
    record Flags(
            double alpha,
            double falseRate,
            double trueRate,
            Interval band,
            Interval calibratedBand) {}

    /// What is drawn of an aggregation.
    ///
    /// @param aggregation which
    /// @param roc points `{false positive rate, true positive rate}`
    /// @param histogram of the scores
    /// @param quantiles of the p-values of normal rows, at equally spaced levels from 0 to 1
    record Pictures(
            String aggregation, List<double[]> roc, Histogram histogram, double[] quantiles) {}

    /// Counts of scores s in bins of one width on the scale asinh((s − centre) / unit).
    ///
    /// @param centre median of the calibration rows
    /// @param unit half the width of their middle 68 %
    /// @param low the lower end of the first bin; what is below is in it
    /// @param high the upper end of the last bin; what is above is in it
    /// @param trusted of calibration rows, `[bins]`
    /// @param normal of tested normal rows, `[bins]`
    /// @param anomalous of tested anomalous rows, `[bins]`
    record Histogram(
            double centre,
            double unit,
            double low,
            double high,
            int[] trusted,
            int[] normal,
            int[] anomalous) {}

    /// How normal and anomalous rows lie in a feature's layers.
    ///
    /// @param feature whose layers
    /// @param separations by the layer's name, in order; NaN where nothing varies
    /// @param overall geometric mean of them
    /// @param layer the one with the largest separation, of which the points are
    /// @param points by class (`trusted`, `normal`, `anomalous`): pairs of first and second
    ///   principal component, of at most 300 rows each
    record Geometry(
            String key,
            Subject subject,
            String feature,
            Map<String, Double> separations,
            double overall,
            String layer,
            Map<String, List<double[]>> points)
            implements ResultLine {}

    /// How quirky a model is.
    ///
    /// @param minLoss as [org.quirkwatch.quirky.QuirkyQuality#minLoss]
    /// @param meanLogit as [org.quirkwatch.quirky.QuirkyQuality#meanLogit]
    /// @param quirky whether it does what it should, as
    ///   [org.quirkwatch.quirky.QuirkyQuality#isQuirky]
    /// @param lowestAccuracy among personas, agreement and disagreement, over all difficulties
    /// @param rows it was measured on
    record Quality(
            String key,
            Subject subject,
            double minLoss,
            double meanLogit,
            boolean quirky,
            double lowestAccuracy,
            int rows)
            implements ResultLine {}
}
