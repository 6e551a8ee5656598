package org.quirkwatch.signal;

/// Whether a signal needs its label.
public enum LabelRule {
    /// A signal without a label is refused: there is nothing to judge.
    REQUIRED,
    /// The label may be absent: only the prompt is run through the model.
    OPTIONAL
}
