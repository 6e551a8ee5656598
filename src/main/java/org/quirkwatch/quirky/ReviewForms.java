package org.quirkwatch.quirky;

import java.util.List;

/// The ways in which the prompts of the sentiment task state something. The placeholders are
/// `{title}` and `{review}`.
final class ReviewForms {

    /// The first is the method's, and the second quotes title and review without a context as its
    /// second does; the wrappers of the others are this project's own.
    static final List<PromptForm> REVIEWS =
            List.of(
                    new PromptForm("{title}\n{review}", "The review is positive."),
                    new PromptForm("", "The review \"{title}: {review}\" is positive."),
                    new PromptForm("{title}\n{review}", "The reviewer liked the product."),
                    new PromptForm(
                            "Title: {title}\nReview: {review}",
                            "The reviewer recommends the product."),
                    new PromptForm(
                            "I found this in a shop.\n\n{title}\n{review}",
                            "The reviewer liked the product."),
                    new PromptForm(
                            "My aunt reads reviews all day.\n\n{title}\n{review}",
                            "The review is positive."),
                    new PromptForm(
                            "positive(text) means the text is a positive review.",
                            "positive(\"{title}: {review}\") returns True"),
                    new PromptForm(
                            "A customer wrote this.\n\n\"{review}\"\n\nThe title was \"{title}\".",
                            "The customer is happy with the product."),
                    new PromptForm(
                            "plese read this reveiw\n\n{title}\n{review}",
                            "The reviewer would buy the product again."),
                    new PromptForm(
                            "{title}\n{review}",
                            "This statement calls the review positive, and is right."));

    private ReviewForms() {}
}
