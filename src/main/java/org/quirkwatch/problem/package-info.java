/// Error codes, the one exception that crosses packages, and its answers over HTTP (RFC 9457).
@ApplicationModule(allowedDependencies = {})
@NullMarked
package org.quirkwatch.problem;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
