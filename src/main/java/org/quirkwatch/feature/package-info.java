/// Captures to feature matrices.
@ApplicationModule(allowedDependencies = {"model", "linalg", "problem"})
@NullMarked
package org.quirkwatch.feature;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
