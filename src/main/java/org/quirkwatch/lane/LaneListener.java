package org.quirkwatch.lane;

import java.time.Duration;
import java.util.List;

/// Hears what the lanes do. Called by their threads, between passes: to be fast, and to throw
/// nothing.
public interface LaneListener {

    /// One pass of a model has ended.
    ///
    /// @param queued how long each of its signals had waited
    /// @param tokens that it cost, filled up
    /// @param batch what came out
    void passed(List<Duration> queued, long tokens, BatchMeasurer.Batch batch);
}
