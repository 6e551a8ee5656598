/// Quirky tasks: prompts, names, splits, and how quirky a model is.
@ApplicationModule(allowedDependencies = {"model", "bundled", "signal", "progress", "problem"})
@NullMarked
package org.quirkwatch.quirky;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
