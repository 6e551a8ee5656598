package org.quirkwatch.training;

import java.util.Locale;
import org.quirkwatch.progress.Progress;

/// Told of every training step, on the training thread.
@FunctionalInterface
public interface TrainingListener {

    /// What a step came to.
    ///
    /// @param stage the stage's name
    /// @param step steps done in all stages, from 1
    /// @param totalSteps steps to do in all stages
    /// @param answerLoss cross-entropy of the answers of this batch, in nats
    /// @param digitLoss cross-entropy of the digits, in nats per digit; the two heads added
    /// @param accuracy share of right answers in this batch
    /// @param stepsPerSecond over this run so far
    record Report(
            String stage,
            int step,
            int totalSteps,
            double answerLoss,
            double digitLoss,
            double accuracy,
            double stepsPerSecond) {

        /// The time that the remaining steps would take at this rate.
        ///
        /// @return seconds, at least 0
        public double remainingSeconds() {
            return (totalSteps - step) / stepsPerSecond;
        }
    }

    /// What held-out rows came to: cross-entropy of the first token of the answer over the whole
    /// vocabulary, in nats, each a mean over rows.
    ///
    /// @param step steps done
    /// @param loss of all rows
    /// @param aliceLoss of Alice-like names' rows
    /// @param bobLoss of Bob-like names' rows
    /// @param bobOnAliceLoss of Bob-like names' rows with the answers that Alice would give
    /// @param kept whether the loss is the lowest so far, so that these weights are kept
    record Validation(
            int step,
            double loss,
            double aliceLoss,
            double bobLoss,
            double bobOnAliceLoss,
            boolean kept) {}

    /// Takes note of a validation; nothing by default.
    ///
    /// @param validation what it came to
    default void validated(Validation validation) {}

    /// Takes note of a step.
    ///
    /// @param report what it came to
    void stepped(Report report);

    /// Shows the steps as progress.
    ///
    /// @param progress is told of steps, with loss, accuracy, rate and remaining time as the detail
    static TrainingListener to(Progress progress) {
        return report ->
                progress.update(
                        report.step(),
                        report.totalSteps(),
                        String.format(
                                Locale.ROOT,
                                "%s: loss %.4f, digits %.4f, accuracy %.3f, %.2f steps/s, %.0f s left",
                                report.stage(),
                                report.answerLoss(),
                                report.digitLoss(),
                                report.accuracy(),
                                report.stepsPerSecond(),
                                report.remainingSeconds()));
    }
}
