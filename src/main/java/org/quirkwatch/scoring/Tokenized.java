package org.quirkwatch.scoring;

import org.quirkwatch.model.TokenizedSignal;
import org.quirkwatch.problem.Problem;

/// A signal's tokens, or why it has none that fit the model.
sealed interface Tokenized {

    /// A signal that can be measured.
    record Fits(TokenizedSignal signal) implements Tokenized {}

    /// One that cannot.
    ///
    /// @param reason `prompt-too-long` or `invalid-signal`
    record Refused(Problem reason) implements Tokenized {}

    /// The tokens.
    ///
    /// @throws Problem the reason why there are none
    default TokenizedSignal orThrow() {
        return switch (this) {
            case Fits(TokenizedSignal signal) -> signal;
            case Refused(Problem reason) -> throw reason;
        };
    }
}
