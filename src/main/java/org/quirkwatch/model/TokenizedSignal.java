package org.quirkwatch.model;

import java.util.List;
import org.quirkwatch.signal.Signal;

/// A signal as the model reads it.
///
/// @param signal what was tokenised
/// @param prompt `[tokens]`, special tokens included
/// @param choices the label's tokens first, then those of each other choice, each `[tokens]` with
///   at least one; empty for a signal without a label
public record TokenizedSignal(Signal signal, long[] prompt, List<long[]> choices) {

    /// Copies the list.
    public TokenizedSignal {
        choices = List.copyOf(choices);
    }

    /// The tokens of the prompt and the label together.
    public int tokens() {
        return prompt.length + (hasLabel() ? label().length : 0);
    }

    /// 1, or −1 where the log-odds of the label are those of the first of two choices: times them
    /// it is the contrast of the second choice against the first.
    public int contrastSign() {
        List<String> texts = signal.choices();
        return texts.size() == 2 && texts.getFirst().equals(signal.label()) ? -1 : 1;
    }

    boolean hasLabel() {
        return !choices.isEmpty();
    }

    long[] label() {
        return choices.getFirst();
    }
}
