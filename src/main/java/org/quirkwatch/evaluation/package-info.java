/// Use case: how well features and rules tell anomalous signals from normal ones, over models,
/// tasks and seeds, and the report of it.
@ApplicationModule(
        allowedDependencies = {
            "fitting",
            "feature",
            "detector",
            "calibration",
            "quirky",
            "model",
            "checkpoint",
            "torch",
            "linalg",
            "signal",
            "progress",
            "problem"
        })
@NullMarked
package org.quirkwatch.evaluation;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
