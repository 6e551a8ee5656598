/// Conformal p-values and thresholds.
@ApplicationModule(allowedDependencies = {"linalg", "problem"})
@NullMarked
package org.quirkwatch.calibration;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
