/// Ids that rows in the database are known by.
@ApplicationModule(allowedDependencies = {})
@NullMarked
package org.quirkwatch.identifier;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
