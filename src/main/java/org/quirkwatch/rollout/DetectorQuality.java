package org.quirkwatch.rollout;

import java.util.Map;

/// What people made of the flags of each version of a detector.
interface DetectorQuality {

    /// By the digest; only of detectors with a reviewed flag.
    ///
    /// @throws org.quirkwatch.problem.Problem `log-unavailable`
    Map<String, DetectorDocument.Quality> byDigest();
}
