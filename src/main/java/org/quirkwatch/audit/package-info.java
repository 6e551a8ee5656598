/// What people did to the service itself, told to whoever writes it down.
@ApplicationModule(allowedDependencies = {})
@NullMarked
package org.quirkwatch.audit;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
