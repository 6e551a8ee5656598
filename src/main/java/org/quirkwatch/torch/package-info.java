/// The only package that touches DJL's engine and arrays: device and dtype, programs, memory
/// scopes.
@ApplicationModule(allowedDependencies = {"problem"})
@NullMarked
package org.quirkwatch.torch;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
