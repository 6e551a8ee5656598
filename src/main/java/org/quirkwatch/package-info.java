/// Quirkwatch: mechanistic anomaly detection as a service. `ARCHITECTURE.md` draws the packages.
@NullMarked
package org.quirkwatch;

import org.jspecify.annotations.NullMarked;
