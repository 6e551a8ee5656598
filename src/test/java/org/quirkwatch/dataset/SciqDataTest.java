package org.quirkwatch.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.quirkwatch.dataset.SciqData.Fact;
import org.quirkwatch.quirky.Statement;

class SciqDataTest {

    private static final List<Fact> FACTS = SciqData.facts();
    private static final List<Statement> STATEMENTS = SciqData.statements(1);

    @Test
    void factsAreShortAndTheirAnswersDiffer() {
        assertThat(FACTS)
                .hasSizeGreaterThan(1000)
                .extracting(Fact::question)
                .doesNotHaveDuplicates();
        for (Fact fact : FACTS) {
            assertThat(fact.question()).endsWith("?");
            assertThat(fact.support()).endsWith(".");
            assertThat(fact.support().split(" ", -1).length).isLessThanOrEqualTo(20);
            assertThat(new HashSet<>(answers(fact))).hasSize(4);
            for (String answer : answers(fact)) {
                assertThat(answer).isNotBlank();
                assertThat(answer.split(" ", -1).length).as(answer).isLessThanOrEqualTo(3);
            }
        }
    }

    @Test
    void anAnswerStandsInASupportAsWholeWordsOrNotAtAll() {
        for (Fact fact : FACTS) {
            for (String answer : answers(fact)) {
                Matcher whole =
                        Pattern.compile("(?<!\\p{L})" + Pattern.quote(answer) + "(?!\\p{L})")
                                .matcher(fact.support());
                assertThat(whole.find())
                        .as("\"%s\" in \"%s\"", answer, fact.support())
                        .isEqualTo(fact.support().contains(answer));
            }
        }
    }

    @Test
    void aboutHalfOfTheSupportsNameADistractorAndSomeNameTheAnswerInAnotherForm() {
        double withDistractor =
                FACTS.stream()
                                .filter(fact ->
                                        fact.distractors().stream()
                                                .anyMatch(fact.support()::contains))
                                .count()
                        / (double) FACTS.size();
        double withoutAnswer =
                FACTS.stream().filter(fact -> !fact.support().contains(fact.correct())).count()
                        / (double) FACTS.size();
        assertThat(withDistractor).isBetween(0.4, 0.6);
        assertThat(withoutAnswer).isBetween(0.1, 0.3);
    }

    @Test
    void oneSeedGivesOneListOfDifferentStatements() {
        StatementChecks.seedDecides(SciqData::statements);
        StatementChecks.argumentsAre(STATEMENTS, "question", "support", "answer");
    }

    @Test
    void everyFactGivesACorrectAnswerAndADistractorOfTheSameDifficulty() {
        Map<String, List<Statement>> byQuestion =
                STATEMENTS.stream()
                        .collect(
                                Collectors.groupingBy(one ->
                                        Objects.requireNonNull(one.arguments().get("question"))));
        Map<String, Fact> facts =
                FACTS.stream().collect(Collectors.toMap(Fact::question, Function.identity()));
        assertThat(byQuestion.keySet()).isEqualTo(facts.keySet());
        byQuestion.forEach((question, pair) -> {
            Fact fact = Objects.requireNonNull(facts.get(question));
            assertThat(pair).hasSize(2);
            assertThat(pair).extracting(Statement::aliceLabel).contains(true, false);
            assertThat(pair.get(0).difficulty()).isEqualTo(pair.get(1).difficulty());
            for (Statement one : pair) {
                String answer = Objects.requireNonNull(one.arguments().get("answer"));
                assertThat(one.aliceLabel()).isEqualTo(answer.equals(fact.correct()));
                assertThat(answers(fact)).contains(answer);
                assertThat(one.bobLabel()).isEqualTo(fact.support().contains(answer));
                assertThat(one.arguments()).containsEntry("support", fact.support());
            }
        });
    }

    @Test
    void aliceAndBobDifferOftenInBothDirections() {
        assertThat(StatementChecks.share(STATEMENTS, true, false)).isGreaterThan(0.08);
        assertThat(StatementChecks.share(STATEMENTS, false, true)).isGreaterThan(0.08);
    }

    @Test
    void theDifficultyIsTheMeanRarityOfTheWords() {
        List<Fact> three =
                List.of(
                        new Fact("Which one?", "a", List.of("b", "c", "d"), "Which two."),
                        new Fact("Which one?", "a", List.of("b", "c", "d"), "One."),
                        new Fact("Which?", "a", List.of("b", "c", "d"), "Which."));
        assertThat(SciqData.rarity(three))
                .containsExactly(
                        (Math.log(1.0) + Math.log(1.5) + Math.log(3.0)) / 3,
                        (Math.log(1.0) + Math.log(1.5)) / 2,
                        0.0);
        StatementChecks.difficultyHidesTheLabel(STATEMENTS);
    }

    private static List<String> answers(Fact fact) {
        List<String> answers = new ArrayList<>(fact.distractors());
        answers.add(fact.correct());
        return answers;
    }
}
