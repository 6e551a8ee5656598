/// Scoring rules: mutable fitters, immutable fitted detectors. Knows no framework and no model.
@ApplicationModule(allowedDependencies = {"linalg", "problem"})
@NullMarked
package org.quirkwatch.detector;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
