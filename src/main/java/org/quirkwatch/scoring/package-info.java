/// Use case: a signal to its verdict. The policy, the HTTP endpoints, health, metrics, stopping.
@ApplicationModule(
        allowedDependencies = {
            "lane",
            "artifact",
            "feature",
            "detector",
            "calibration",
            "model",
            "checkpoint",
            "torch",
            "linalg",
            "signal",
            "identifier",
            "web",
            "bundled",
            "problem"
        })
@NullMarked
package org.quirkwatch.scoring;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
