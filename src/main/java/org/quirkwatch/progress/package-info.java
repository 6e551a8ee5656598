/// How long work tells how far it is.
@ApplicationModule(allowedDependencies = {})
@NullMarked
package org.quirkwatch.progress;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
