/// The hooked model: the decoder program, hook points, capture.
@ApplicationModule(allowedDependencies = {"checkpoint", "torch", "linalg", "signal", "problem"})
@NullMarked
package org.quirkwatch.model;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
