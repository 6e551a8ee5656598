/// The reviewers' page: what it is made of lies among the resources, and here is what only it needs
/// of the service.
@ApplicationModule(
        allowedDependencies = {
            "verdictlog",
            "scoring",
            "artifact",
            "calibration",
            "detector",
            "feature",
            "model",
            "linalg",
            "signal",
            "web",
            "problem"
        })
@NullMarked
package org.quirkwatch.console;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
