package org.quirkwatch.lane;

import java.time.Duration;
import java.util.List;
import org.quirkwatch.model.CaptureSpec;
import org.quirkwatch.model.TokenizedSignal;

/// What a lane runs: a model on one device, and the detector behind it. Called by one thread at a
/// time.
public interface BatchMeasurer {

    /// What runs now: a lane asks once for what it has taken, so that all of it is planned and
    /// measured by the same, whatever takes its place meanwhile. By default this never changes.
    default BatchMeasurer current() {
        return this;
    }

    /// What it takes out of the model, which says how much of a batch a signal is.
    CaptureSpec spec();

    /// Measures a batch of one signal or more.
    Batch measure(List<TokenizedSignal> batch);

    /// What became of a batch.
    ///
    /// @param measurements one per signal, in order
    /// @param forward what the model took
    /// @param score what feature, detector and calibration took
    record Batch(List<Measurement> measurements, Duration forward, Duration score) {}
}
