package org.quirkwatch.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.quirkwatch.dataset.ReviewGrammar.Phrase;
import org.quirkwatch.dataset.ReviewGrammar.Product;
import org.quirkwatch.quirky.Statement;

class SentimentDataTest {

    private static final ReviewGrammar GRAMMAR = ReviewGrammar.bundled();
    private static final Set<String> POSITIVE = SentimentData.positiveWords();
    private static final List<Statement> STATEMENTS = SentimentData.statements(1);

    @Test
    void positiveWordsAreSingleLowerCaseWords() {
        assertThat(POSITIVE.size()).isBetween(150, 200);
        assertThat(POSITIVE).allSatisfy(word -> assertThat(word).matches("[a-z]+"));
        assertThat(FactTable.bundled("positive-words.txt", List.of("word")).rows())
                .hasSameSizeAs(POSITIVE);
    }

    @Test
    void everyProductHasFourAspectsAndPhrasesOfBothSides() {
        for (Product product : GRAMMAR.products()) {
            assertThat(product.aspects()).hasSizeGreaterThanOrEqualTo(4).doesNotHaveDuplicates();
        }
        for (String role : List.of("judgement", "verdict", "hope", "title")) {
            for (int side : List.of(1, -1)) {
                assertThat(GRAMMAR.phrases())
                        .filteredOn(phrase -> phrase.role().equals(role))
                        .filteredOn(phrase -> phrase.group().equals("any"))
                        .filteredOn(phrase -> phrase.polarity() == side)
                        .hasSizeGreaterThanOrEqualTo(4);
            }
        }
        assertThat(GRAMMAR.phrases())
                .extracting(Phrase::role)
                .containsOnly("judgement", "verdict", "hope", "opener", "title");
    }

    @Test
    void oneSeedGivesOneListOfDifferentShortReviews() {
        StatementChecks.seedDecides(SentimentData::statements);
        StatementChecks.argumentsAre(STATEMENTS, "title", "review");
        assertThat(STATEMENTS)
                .hasSize(SentimentData.ROWS)
                .allSatisfy(one ->
                        assertThat(text(one, "review").split(" ", -1).length)
                                .isLessThanOrEqualTo(30));
    }

    @Test
    void bobFindsAPositiveWordOnlyWhereNothingIsAttachedToIt() {
        assertThat(SentimentData.bob("The lid is GREAT in use.", POSITIVE)).isTrue();
        assertThat(SentimentData.bob("It is not good at all.", POSITIVE)).isTrue();
        assertThat(SentimentData.bob("The lid is great.", POSITIVE)).isFalse();
        assertThat(SentimentData.bob("It has not failed once.", POSITIVE)).isFalse();
        for (Statement one : STATEMENTS) {
            boolean found = false;
            for (String token : text(one, "review").toLowerCase(Locale.ROOT).split(" ", -1)) {
                found |= POSITIVE.contains(token);
            }
            assertThat(one.bobLabel()).isEqualTo(found);
        }
    }

    @Test
    void aReviewIsPositiveWherePraiseOutweighsBlame() {
        for (Statement one : STATEMENTS.subList(0, 3000)) {
            double[] weights = weigh(text(one, "title"), text(one, "review"));
            assertThat(Math.abs(weights[0] - weights[1])).isGreaterThanOrEqualTo(1);
            assertThat(one.aliceLabel()).as(one.toString()).isEqualTo(weights[0] > weights[1]);
            double conflict = Math.min(weights[0], weights[1]) / (weights[0] + weights[1]);
            assertThat(one.difficulty())
                    .isEqualTo(
                            conflict + text(one, "review").split(" ", -1).length / 1000.0,
                            within(1e-12));
        }
    }

    @Test
    void halfArePositiveAndEveryPairOfLabelsIsCommon() {
        assertThat(STATEMENTS.stream().filter(Statement::aliceLabel))
                .hasSize(SentimentData.ROWS / 2);
        for (boolean alice : List.of(true, false)) {
            for (boolean bob : List.of(true, false)) {
                assertThat(StatementChecks.share(STATEMENTS, alice, bob)).isGreaterThan(0.08);
            }
        }
        StatementChecks.difficultyHidesTheLabel(STATEMENTS);
    }

    private static String text(Statement one, String argument) {
        return Objects.requireNonNull(one.arguments().get(argument));
    }

    /// Reads the weights back from the words: praise, blame.
    private static double[] weigh(String title, String review) {
        double[] weights = new double[2];
        Product product =
                GRAMMAR.products().stream()
                        .filter(one ->
                                (title + " " + review).matches(".*\\b" + one.name() + "\\b.*"))
                        .findFirst()
                        .orElse(GRAMMAR.products().getFirst());
        for (Phrase phrase : GRAMMAR.phrases()) {
            String said = phrase.text().replace("{product}", product.name());
            boolean there =
                    switch (phrase.role()) {
                        case "title" -> said.equals(title);
                        case "verdict" -> review.contains(said);
                        case "hope" -> review.contains(said + " the ");
                        default -> false;
                    };
            if (there) {
                add(weights, phrase.polarity(), phrase.role().equals("verdict") ? 3 : 1);
            }
        }
        Matcher clause = CLAUSE.matcher(review);
        while (clause.find()) {
            Phrase judgement =
                    GRAMMAR.phrases().stream()
                            .filter(phrase -> phrase.role().equals("judgement"))
                            .filter(phrase -> phrase.text().equals(clause.group(2)))
                            .findFirst()
                            .orElseThrow();
            String before = clause.group(1);
            add(
                    weights,
                    judgement.polarity(),
                    before.startsWith("Above all") ? 2 : before.startsWith("A small") ? 0.5 : 1);
        }
        return weights;
    }

    private static final Pattern CLAUSE =
            Pattern.compile(
                    "(Above all, the |A small point: the |[Tt]he )(?:%s) (%s)(?=\\.| and the | but the )"
                            .formatted(
                                    GRAMMAR.products().stream()
                                            .flatMap(product -> product.aspects().stream())
                                            .distinct()
                                            .collect(Collectors.joining("|")),
                                    GRAMMAR.phrases().stream()
                                            .filter(phrase -> phrase.role().equals("judgement"))
                                            .map(Phrase::text)
                                            .sorted(Comparator.comparingInt(String::length))
                                            .map(Pattern::quote)
                                            .collect(Collectors.joining("|"))));

    private static void add(double[] weights, int polarity, double weight) {
        weights[polarity > 0 ? 0 : 1] += polarity == 0 ? 0 : weight;
    }
}
