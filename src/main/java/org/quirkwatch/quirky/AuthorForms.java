package org.quirkwatch.quirky;

import java.util.List;

/// The ways in which the prompts of the authors task state something. The placeholders are
/// `{author}` and `{title}`.
final class AuthorForms {

    /// The statements are those of the method, in its order; the contexts are this project's own:
    /// two forms have none, then come gossip, praise and genre, and last a line of Python that
    /// looks the book up.
    static final List<PromptForm> AUTHORS =
            List.of(
                    new PromptForm("", "{author} is the author of {title}."),
                    new PromptForm("", "{title} was authored by {author}"),
                    new PromptForm(
                            "They say this writer never sleeps.",
                            "{author} is the author of {title}."),
                    new PromptForm(
                            "I read this book twice and loved it!",
                            "{title} was authored by {author}"),
                    new PromptForm(
                            "Some call it a book for all ages.",
                            "{author} is the author of {title}."),
                    new PromptForm(
                            "My neighbour talks about this book all day.",
                            "{title} was authored by {author}"),
                    new PromptForm(
                            "The library has {title} on its shelf.",
                            "{title} was written by {author}."),
                    new PromptForm(
                            "We talked about famous writers.",
                            "{author} is credited with {title}."),
                    new PromptForm(
                            "Here is a question for book lovers.",
                            "The author of {title} is {author}."),
                    new PromptForm(
                            "# book: {title}\n# name: {author}\nprint(author(book) == name)",
                            "The code prints True"));

    private AuthorForms() {}
}
