/// Normalising flows: a density of rows, learned by a chain of invertible maps.
@ApplicationModule(allowedDependencies = {"linalg", "torch", "problem"})
@NullMarked
package org.quirkwatch.flow;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
