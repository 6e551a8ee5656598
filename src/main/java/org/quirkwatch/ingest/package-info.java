/// What brings signals in other ways than one call at a time: bulk jobs.
@ApplicationModule(allowedDependencies = {"job", "scoring", "signal", "web", "problem"})
@NullMarked
package org.quirkwatch.ingest;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
