package org.quirkwatch.quirky;

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

    /// Takes note of a step.
    ///
    /// @param report what it came to
    void stepped(Report report);
}
