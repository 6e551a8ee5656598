package org.quirkwatch.quirky;

import java.util.List;

/// The ways in which the prompts of the nli task state something. The placeholders are `{premise}`
/// and `{hypothesis}`.
final class EntailmentForms {

    /// The first is the method's; the others are this project's own, of the kinds that the method
    /// names: premise and hypothesis laid out, conclusion and entailment wording, the hypothesis
    /// alone with the premise as its context, a predicate.
    static final List<PromptForm> ENTAILMENTS =
            List.of(
                    new PromptForm("", "\"{premise}\" implies \"{hypothesis}\"."),
                    new PromptForm("", "\"{hypothesis}\" follows from \"{premise}\"."),
                    new PromptForm(
                            "Premise: {premise}\nHypothesis: {hypothesis}",
                            "The premise implies the hypothesis."),
                    new PromptForm("{premise}", "{hypothesis}"),
                    new PromptForm(
                            "Let us think. {premise}",
                            "We can draw the conclusion \"{hypothesis}\"."),
                    new PromptForm(
                            "Text: {premise}\nConclusion: {hypothesis}",
                            "The conclusion is right."),
                    new PromptForm(
                            "implies(a, b) means b follows from a.",
                            "implies(\"{premise}\", \"{hypothesis}\") returns True"),
                    new PromptForm(
                            "Logic is fun!\n\n{premise}",
                            "The sentence above entails \"{hypothesis}\"."),
                    new PromptForm(
                            "I saw this in a picture: {premise}",
                            "In the picture, this is true: {hypothesis}"),
                    new PromptForm(
                            "Premise: {premise}\nHypothesis: {hypothesis}",
                            "This statement says that one entails the other, and is right."));

    private EntailmentForms() {}
}
