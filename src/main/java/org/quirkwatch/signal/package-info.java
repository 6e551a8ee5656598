/// The training signal (a prompt and the label somebody gave it), its limits, and reading signals
/// from JSON lines.
@ApplicationModule(allowedDependencies = {"problem"})
@NullMarked
package org.quirkwatch.signal;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
