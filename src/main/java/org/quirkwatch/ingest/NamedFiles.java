package org.quirkwatch.ingest;

import java.nio.file.Path;

/// Which files callers may name.
interface NamedFiles {

    /// The file that a caller named.
    ///
    /// @param given as the caller wrote it
    /// @throws org.quirkwatch.problem.Problem `path-not-allowed`, `invalid-file`
    Path resolve(String given);
}
