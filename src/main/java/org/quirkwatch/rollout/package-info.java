/// Detectors over HTTP: which there are, which one judges, which one judges beside it, and levels
/// that people's decisions propose.
@ApplicationModule(
        allowedDependencies = {
            "job",
            "review",
            "verdictlog",
            "scoring",
            "lane",
            "fitting",
            "artifact",
            "feature",
            "detector",
            "calibration",
            "model",
            "linalg",
            "signal",
            "progress",
            "web",
            "audit",
            "problem"
        })
@NullMarked
package org.quirkwatch.rollout;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
