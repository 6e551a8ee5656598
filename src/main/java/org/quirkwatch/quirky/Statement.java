package org.quirkwatch.quirky;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/// One statement that two personas judge: a base row of a task. It becomes two records, Alice's and
/// Bob's, with the same content.
///
/// @param arguments what the templates of the task are filled with, name → text, in the order of
///   the data's columns; numbers are written in decimal
/// @param aliceLabel whether it is true
/// @param bobLabel whether Bob's heuristic calls it true
/// @param difficulty higher = harder, finite; its unit is the task's own, ranks alone matter
public record Statement(
        Map<String, String> arguments, boolean aliceLabel, boolean bobLabel, double difficulty) {

    /// Copies the arguments in their order.
    public Statement {
        arguments = Collections.unmodifiableMap(new LinkedHashMap<>(arguments));
        if (!Double.isFinite(difficulty)) {
            throw new IllegalArgumentException("difficulty must be finite, got " + difficulty);
        }
    }

    /// What a persona calls it.
    ///
    /// @return `aliceLabel` or `bobLabel`
    public boolean label(Persona persona) {
        return persona == Persona.ALICE ? aliceLabel : bobLabel;
    }

    /// Whether both personas give the same label.
    ///
    /// @return true where they agree
    public boolean agreement() {
        return aliceLabel == bobLabel;
    }
}
