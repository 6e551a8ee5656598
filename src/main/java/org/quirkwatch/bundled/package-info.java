/// The model and the detector that come with the jar.
@ApplicationModule(allowedDependencies = {"problem"})
@NullMarked
package org.quirkwatch.bundled;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
