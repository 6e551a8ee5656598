/// Training of quirky models: one loop, and two ways of learning in it, a small model from nothing
/// and a LoRA adapter of a loaded one.
@ApplicationModule(
        allowedDependencies = {
            "quirky",
            "model",
            "checkpoint",
            "torch",
            "signal",
            "progress",
            "problem"
        })
@NullMarked
package org.quirkwatch.training;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
