package org.quirkwatch.scoring;

import org.quirkwatch.artifact.Artifact;
import org.quirkwatch.problem.Problem;

/// Where detectors are found that do not judge at the moment.
public interface DetectorLookup {

    /// A detector, loaded.
    ///
    /// @param reference its digest, or its id where only one has it
    /// @throws Problem `unknown-detector`, `detector-conflict` where several have the id,
    ///   `artifact-mismatch`, `invalid-artifact`
    Artifact load(String reference);
}
