/// Error codes, and the one exception that crosses packages.
@ApplicationModule(allowedDependencies = {})
@NullMarked
package org.quirkwatch.problem;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
