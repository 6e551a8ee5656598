package org.quirkwatch.model;

/// Which token positions of a tapped site become the one vector of a signal.
public enum Position {
    /// The last token of the prompt: the state from which the answer is read.
    LAST("last"),
    /// The mean over all tokens of the prompt, special tokens included.
    MEAN_PROMPT("mean-prompt"),
    /// The last token of the label, which is fed after the prompt.
    LABEL("label"),
    /// The mean over the tokens of the label.
    MEAN_LABEL("mean-label");

    private final String text;

    Position(String text) {
        this.text = text;
    }

    /// The name in commands and manifests.
    public String text() {
        return text;
    }

    /// Whether the label has to be fed to the model.
    public boolean ofLabel() {
        return this == LABEL || this == MEAN_LABEL;
    }

    boolean isMean() {
        return this == MEAN_PROMPT || this == MEAN_LABEL;
    }

    /// The position of a name.
    ///
    /// @throws org.quirkwatch.problem.Problem `invalid-request` for another text
    public static Position parse(String text) {
        for (Position position : values()) {
            if (position.text.equals(text)) {
                return position;
            }
        }
        throw new org.quirkwatch.problem.Problem(
                org.quirkwatch.problem.ProblemCode.INVALID_REQUEST,
                "position must be last, mean-prompt, label or mean-label, got \"%s\""
                        .formatted(text));
    }
}
