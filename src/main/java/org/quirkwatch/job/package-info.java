/// Long work that callers ask for and fetch later: what a job is, where it is kept, who runs it,
/// how far it is, and what came of it. What a job does is a [org.quirkwatch.job.JobKind], of which
/// this package knows none.
@ApplicationModule(allowedDependencies = {"verdictlog", "web", "identifier", "problem"})
@NullMarked
package org.quirkwatch.job;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
