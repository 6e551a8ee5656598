package org.quirkwatch.job;

import java.io.InputStream;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;

/// What a caller wants done.
///
/// @param kind name of the [JobKind]
/// @param owner who asks; empty where nobody has to say so
/// @param parameters JSON for the kind, which has been checked
/// @param inputs by name (1 to 20 characters), each read once to its end and copied; the one called
///   [#LINES] gives the job its total, the lines that are not blank
public record JobSubmission(
        String kind,
        Optional<String> owner,
        String parameters,
        SequencedMap<String, InputStream> inputs) {

    /// The input whose lines are the work.
    public static final String LINES = "lines";

    /// Copies the map.
    public JobSubmission {
        inputs = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(inputs));
    }
}
