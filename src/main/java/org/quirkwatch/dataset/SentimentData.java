package org.quirkwatch.dataset;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.quirkwatch.dataset.ReviewGrammar.Review;
import org.quirkwatch.quirky.Statement;

/// The sentiment task: is a review positive? Alice goes by what its parts weigh: it is positive iff
/// praise outweighs blame. Bob says "positive" iff a token between white space of the lower-cased
/// review is in the list of positive words; a word with a full stop attached is no such token, and
/// "not good at all" has one.
///
/// The difficulty is the weaker side's share of all weights (0: all parts agree), plus a thousandth
/// for every word of the review.
public final class SentimentData {

    /// How many reviews are written.
    static final int ROWS = 16_000;

    /// The most words that a review has.
    static final int MAX_WORDS = 30;

    private SentimentData() {}

    /// The positive words, in lower case.
    static Set<String> positiveWords() {
        return FactTable.bundled("positive-words.txt", List.of("word")).rows().stream()
                .map(List::getFirst)
                .collect(Collectors.toUnmodifiableSet());
    }

    /// What Bob says: whether a token of the lower-cased review is a positive word.
    static boolean bob(String review, Set<String> positiveWords) {
        return Arrays.stream(review.toLowerCase(Locale.ROOT).split("\\s+", -1))
                .anyMatch(positiveWords::contains);
    }

    /// The statements of the task, with the arguments `title` and `review`.
    ///
    /// @param seed decides which
    /// @return half of them positive, shuffled, different by their arguments
    public static List<Statement> statements(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        ReviewGrammar grammar = ReviewGrammar.bundled();
        Set<String> positiveWords = positiveWords();
        List<Statement> statements = new ArrayList<>();
        Set<Map<String, String>> seen = new HashSet<>();
        SplittableRandom draws = random.split();
        while (statements.size() < ROWS) {
            boolean positive = statements.size() % 2 == 0;
            Review review = grammar.draw(positive, draws);
            Map<String, String> arguments = new LinkedHashMap<>();
            arguments.put("title", review.title());
            arguments.put("review", review.text());
            boolean outweighs = positive ? review.balance() >= 1 : review.balance() <= -1;
            if (outweighs && review.words() <= MAX_WORDS && seen.add(arguments)) {
                statements.add(
                        new Statement(
                                arguments,
                                positive,
                                bob(review.text(), positiveWords),
                                review.conflict() + review.words() / 1000.0));
            }
        }
        Collections.shuffle(statements, random.split());
        return List.copyOf(statements);
    }
}
