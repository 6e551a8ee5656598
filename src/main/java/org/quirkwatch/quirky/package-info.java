/// Quirky tasks: prompts, names, splits, and the trainer of the bundled model.
@ApplicationModule(
        allowedDependencies = {
            "model",
            "checkpoint",
            "bundled",
            "torch",
            "linalg",
            "signal",
            "progress",
            "problem"
        })
@NullMarked
package org.quirkwatch.quirky;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
