package org.quirkwatch.quirky;

import java.util.List;

/// The ways in which the prompts of the sciq task state something. The placeholders are
/// `{question}`, `{support}` and `{answer}`.
final class ScienceForms {

    /// The first two are the method's. Every form shows the support, so none is without a context;
    /// the framings are this project's own, of the kinds that the method names: a textbook with a
    /// proposed answer, a talk of students, misspelt chatter, a predicate, and a statement about
    /// itself.
    static final List<PromptForm> SCIENCE =
            List.of(
                    new PromptForm("{support}\n\n{question}", "The answer is {answer}."),
                    new PromptForm("{support}", "The answer to \"{question}\" is {answer}."),
                    new PromptForm(
                            "From a textbook: {support}\n\nQuestion: {question}",
                            "The proposed answer {answer} is correct."),
                    new PromptForm(
                            "Teacher: {support}\n\nTeacher: {question}\n\nStudent: {answer}",
                            "The student is right."),
                    new PromptForm(
                            "i dont liek tests. {support}\n\n{question}",
                            "The answer is {answer}."),
                    new PromptForm(
                            "correct(question, answer) means the answer is right.\n\n{support}",
                            "correct( {question} , {answer} ) returns True"),
                    new PromptForm("I love science!\n\n{support}\n\n{question}", "It is {answer}."),
                    new PromptForm(
                            "Please do my homework! {question}\n\n{support}",
                            "The answer is {answer}."),
                    new PromptForm(
                            "Fact: {support}",
                            "This statement answers \"{question}\" with {answer}, and is right."),
                    new PromptForm(
                            "Question: {question}\n\nAnswer: {answer}\n\nSource: {support}",
                            "The answer fits the question."));

    private ScienceForms() {}
}
