package org.quirkwatch.model;

/// What is taken at a hook point.
public sealed interface Quantity {

    /// The value itself.
    record Activation() implements Quantity {}

    /// The derivative of an objective of the label by the value. There is no gradient without an
    /// objective.
    ///
    /// @param objective what is differentiated
    record Gradient(Objective objective) implements Quantity {}

    /// The derivative by the value of a linear read-out of the residual stream, at the last token
    /// of the prompt: of w · x with x what enters a block and w of [CaptureSpec#readouts].
    ///
    /// @param block whose incoming stream is read, above that of the hook point
    record ReadoutGradient(int block) implements Quantity {}

    /// A function of the model's output for one signal.
    enum Objective {
        /// `log p(label | prompt) − log Σ p(other choice | prompt)`; the label's log-probability
        /// for a signal without choices.
        LOG_ODDS,
        /// `log p(label | prompt)`.
        LOG_PROB,
        /// `log p(second choice | prompt) − log p(first choice | prompt)`, whatever the label: of
        /// "Yes" against "No" it is the difference of their logits, as the method has it. For a
        /// signal with other than two choices [#LOG_ODDS].
        CONTRAST
    }
}
