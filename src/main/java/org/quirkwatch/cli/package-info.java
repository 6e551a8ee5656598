/// The commands of the one jar.
@ApplicationModule(
        allowedDependencies = {
            "access",
            "web",
            "scoring",
            "evaluation",
            "fitting",
            "artifact",
            "feature",
            "detector",
            "calibration",
            "quirky",
            "training",
            "dataset",
            "model",
            "checkpoint",
            "torch",
            "linalg",
            "signal",
            "bundled",
            "progress",
            "problem"
        })
@NullMarked
package org.quirkwatch.cli;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
