/// Scoring rules: mutable fitters, immutable fitted detectors. Knows no framework and no language
/// model.
@ApplicationModule(allowedDependencies = {"flow", "linalg", "problem", "torch"})
@NullMarked
package org.quirkwatch.detector;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
