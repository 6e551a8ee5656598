/// The way to the model: one thread per device that owns it, batches of what waits, and a bounded
/// and fair entrance that is counted in signals.
@ApplicationModule(
        allowedDependencies = {
            "artifact",
            "feature",
            "detector",
            "calibration",
            "model",
            "linalg",
            "signal",
            "problem"
        })
@NullMarked
package org.quirkwatch.lane;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
