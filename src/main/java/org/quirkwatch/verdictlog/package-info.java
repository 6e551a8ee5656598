/// What was answered, written down before it is answered: idempotency, queries, retention, replay.
@ApplicationModule(
        allowedDependencies = {
            "scoring",
            "calibration",
            "signal",
            "web",
            "audit",
            "identifier",
            "problem"
        })
@NullMarked
package org.quirkwatch.verdictlog;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
