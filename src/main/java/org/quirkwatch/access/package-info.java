/// Who may do what: keys, tokens, sessions of the console, scopes, rates, and the audit.
@ApplicationModule(allowedDependencies = {"verdictlog", "web", "audit", "identifier", "problem"})
@NullMarked
package org.quirkwatch.access;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
