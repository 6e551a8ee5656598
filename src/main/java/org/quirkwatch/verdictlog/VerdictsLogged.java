package org.quirkwatch.verdictlog;

import java.util.List;
import org.quirkwatch.scoring.VerdictRecord;

/// Verdicts were written down: heard within the transaction that writes them, so that what is
/// written of them elsewhere is there exactly when they are. Who throws undoes the whole.
///
/// @param verdicts one or more, new ones only
public record VerdictsLogged(List<VerdictRecord> verdicts) {

    /// Copies the list.
    public VerdictsLogged {
        verdicts = List.copyOf(verdicts);
    }
}
