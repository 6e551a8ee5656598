/// Use case: a signal to its verdict. The lane that owns the model, the policy, the HTTP endpoints.
@ApplicationModule(
        allowedDependencies = {
            "artifact",
            "feature",
            "detector",
            "calibration",
            "model",
            "checkpoint",
            "torch",
            "linalg",
            "signal",
            "bundled",
            "problem"
        })
@NullMarked
package org.quirkwatch.scoring;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
