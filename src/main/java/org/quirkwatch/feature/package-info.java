/// Captures to feature matrices, and the sparse autoencoders that some features need.
@ApplicationModule(
        allowedDependencies = {
            "model",
            "signal",
            "checkpoint",
            "flow",
            "torch",
            "linalg",
            "progress",
            "problem"
        })
@NullMarked
package org.quirkwatch.feature;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
