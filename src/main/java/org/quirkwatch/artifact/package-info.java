/// Fitted, calibrated, with provenance: a manifest and safetensors, content-addressed, never code.
@ApplicationModule(
        allowedDependencies = {
            "feature",
            "detector",
            "calibration",
            "model",
            "checkpoint",
            "torch",
            "linalg",
            "problem"
        })
@NullMarked
package org.quirkwatch.artifact;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
