/// The human queue: flagged signals wait for a person, who confirms or dismisses them; what comes
/// of it says how well a detector flags.
@ApplicationModule(allowedDependencies = {"verdictlog", "scoring", "signal", "web", "problem"})
@NullMarked
package org.quirkwatch.review;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
