/// Use case: trusted signals to a stored artifact.
@ApplicationModule(
        allowedDependencies = {
            "feature",
            "artifact",
            "detector",
            "calibration",
            "model",
            "linalg",
            "signal",
            "progress",
            "problem"
        })
@NullMarked
package org.quirkwatch.fitting;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
