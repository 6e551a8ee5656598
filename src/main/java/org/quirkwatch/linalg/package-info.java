/// Immutable matrices, running mean and covariance, decompositions.
@ApplicationModule(allowedDependencies = {"torch"})
@NullMarked
package org.quirkwatch.linalg;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
