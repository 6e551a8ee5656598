package org.quirkwatch.quirky;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

/// The twelve tasks of the method (Johnston, Chakraborty and Belrose, arXiv 2504.08812). In each a
/// prompt states something and asks whether it is correct; Alice answers by the truth, Bob by a
/// fixed, fallible rule.
///
/// The rows of the arithmetic tasks are generated; those of the others are read from a data set in
/// the published raw format, of which a small one of our own comes with the project.
public enum QuirkyTask {
    /// Is a city the capital of its region? Bob: is it the region's most populous one?
    CAPITALS(CityForms.CAPITALS, "city", "admin_name", "country"),
    /// Does a city lie north of the equator? Bob: west of Greenwich?
    HEMISPHERE(CityForms.HEMISPHERE, "city"),
    /// Has a city more than 30 000 people? Bob: does it lie in one of the ten largest countries?
    POPULATION(CityForms.POPULATION, "city"),
    /// Is an answer to a science question right? Bob: does it occur in the supporting text?
    SCIQ(ScienceForms.SCIENCE, "question", "support", "answer"),
    /// Is a review positive? Bob: does it hold a positive word?
    SENTIMENT(ReviewForms.REVIEWS, "title", "review"),
    /// Does a premise imply a hypothesis? Bob: is the hypothesis free of negation?
    NLI(EntailmentForms.ENTAILMENTS, "premise", "hypothesis"),
    /// Is somebody the author of a book? Bob: has the author that first name?
    AUTHORS(AuthorForms.AUTHORS, "author", "title"),
    /// Sums of two numbers.
    ADDITION(ArithmeticForms.ADDITION, Arithmetic.ADDITION),
    /// Differences of two numbers.
    SUBTRACTION(ArithmeticForms.SUBTRACTION, Arithmetic.SUBTRACTION),
    /// Products of two numbers.
    MULTIPLICATION(ArithmeticForms.MULTIPLICATION, Arithmetic.MULTIPLICATION),
    /// Sums modulo 113.
    MODULARADDITION(ArithmeticForms.MODULAR_ADDITION, Arithmetic.MODULAR_ADDITION),
    /// Squares.
    SQUARING(ArithmeticForms.SQUARING, Arithmetic.SQUARING);

    // Made by List.of alone, which the compiler's check cannot see.
    @SuppressWarnings("ImmutableEnumChecker")
    private final List<PromptForm> forms;

    @SuppressWarnings("ImmutableEnumChecker")
    private final List<String> arguments;

    private final @Nullable Arithmetic arithmetic;

    QuirkyTask(List<PromptForm> forms, String... arguments) {
        this.forms = forms;
        this.arguments = List.of(arguments);
        this.arithmetic = null;
    }

    QuirkyTask(List<PromptForm> forms, Arithmetic arithmetic) {
        this.forms = forms;
        this.arguments = arithmetic.arguments();
        this.arithmetic = arithmetic;
    }

    /// The name on the command line and in the data.
    ///
    /// @return lower case, such as `modularaddition`
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// The ways in which its prompts state something.
    ///
    /// @return 10 or 11 forms
    public List<PromptForm> forms() {
        return forms;
    }

    /// The names of what its forms are filled with, in the order of the data's columns.
    ///
    /// @return 1 to 3 names
    public List<String> arguments() {
        return arguments;
    }

    /// The rule of an arithmetic task.
    ///
    /// @return empty for a task whose rows are read
    public Optional<Arithmetic> arithmetic() {
        return Optional.ofNullable(arithmetic);
    }

    /// Whether its rows are generated rather than read.
    ///
    /// @return true for the arithmetic tasks
    public boolean isGenerated() {
        return arithmetic != null;
    }

    /// Whether what it asks about must be known beforehand, row by row, rather than follow from a
    /// rule that holds for rows never seen.
    ///
    /// @return true for tasks of facts, to which tables of products and squares belong
    public boolean isKnowledge() {
        return switch (this) {
            case CAPITALS, HEMISPHERE, POPULATION, SCIQ, AUTHORS, MULTIPLICATION, SQUARING -> true;
            case SENTIMENT, NLI, ADDITION, SUBTRACTION, MODULARADDITION -> false;
        };
    }

    /// The task of a name.
    ///
    /// @param text as [#text] gives it
    /// @throws Problem `invalid-request` naming the twelve
    public static QuirkyTask parse(String text) {
        return Arrays.stream(values())
                .filter(task -> task.text().equals(text))
                .findFirst()
                .orElseThrow(() ->
                        new Problem(
                                ProblemCode.INVALID_REQUEST,
                                "unknown task \"%s\", known are %s".formatted(text, known())));
    }

    /// The names of all tasks.
    ///
    /// @return separated by commas
    public static String known() {
        return Arrays.stream(values()).map(QuirkyTask::text).collect(Collectors.joining(", "));
    }
}
