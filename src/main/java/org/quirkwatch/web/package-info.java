/// What every endpoint shares: bodies read within a bound, who asks, which files callers may name,
/// and every error answered as RFC 9457 has it, wherever in the server it arose.
@ApplicationModule(allowedDependencies = {"problem"})
@NullMarked
package org.quirkwatch.web;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
