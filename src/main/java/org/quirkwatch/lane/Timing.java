package org.quirkwatch.lane;

import java.time.Duration;

/// Where the time of a signal went. The last two are those of its whole batch.
///
/// @param queue waiting for the model
/// @param forward in the model
/// @param score in feature, detector and calibration
public record Timing(Duration queue, Duration forward, Duration score) {}
