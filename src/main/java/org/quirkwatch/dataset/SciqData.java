package org.quirkwatch.dataset;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import org.quirkwatch.quirky.Statement;

/// The sciq task: is this the answer to a question of science? Each fact makes two statements, one
/// with the correct answer and one with a distractor that is drawn from three. Alice says true iff
/// the answer is the correct one, Bob iff the answer occurs in the support, letter by letter.
///
/// The difficulty is this project's own: how rare the words of question and support are, as the
/// mean of ln(n / n_w) over these words, with n facts of which n_w have the word. Both statements
/// of a fact have the same, so it tells nothing of the label; in the published set it nearly
/// decides it.
public final class SciqData {

    /// The columns of `facts/science.tsv`.
    static final List<String> COLUMNS =
            List.of(
                    "question",
                    "correct_answer",
                    "distractor1",
                    "distractor2",
                    "distractor3",
                    "support");

    private static final Pattern BETWEEN_WORDS =
            Pattern.compile("[^\\p{L}\\p{N}]+", Pattern.UNICODE_CHARACTER_CLASS);

    /// A fact.
    ///
    /// @param question the question
    /// @param correct its answer, one to three words
    /// @param distractors three wrong answers
    /// @param support a sentence from which the answer follows
    record Fact(String question, String correct, List<String> distractors, String support) {

        Fact {
            distractors = List.copyOf(distractors);
        }

        /// The different words of question and support, in lower case.
        List<String> words() {
            return BETWEEN_WORDS
                    .splitAsStream((question + " " + support).toLowerCase(Locale.ROOT))
                    .distinct()
                    .toList();
        }
    }

    private SciqData() {}

    /// The facts of the table, in its order.
    static List<Fact> facts() {
        return FactTable.bundled("science.tsv", COLUMNS).rows().stream()
                .map(row -> new Fact(row.get(0), row.get(1), row.subList(2, 5), row.get(5)))
                .toList();
    }

    /// How rare the words of each fact are, in the order of the facts; at least 0.
    static double[] rarity(List<Fact> facts) {
        Map<String, Integer> counts = new HashMap<>();
        facts.forEach(fact -> fact.words().forEach(word -> counts.merge(word, 1, Integer::sum)));
        return facts.stream()
                .mapToDouble(fact ->
                        fact.words().stream()
                                .mapToDouble(word ->
                                        Math.log(
                                                (double) facts.size()
                                                        / counts.getOrDefault(word, 1)))
                                .average()
                                .orElse(0))
                .toArray();
    }

    /// The statements of the task, with the arguments `question`, `support` and `answer`.
    ///
    /// @param seed decides which distractors are shown, and the order
    /// @return half of them true, shuffled, different by their arguments
    public static List<Statement> statements(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        SplittableRandom draws = random.split();
        List<Fact> facts = facts();
        double[] rarity = rarity(facts);
        List<Statement> statements = new ArrayList<>();
        for (int i = 0; i < facts.size(); i++) {
            Fact fact = facts.get(i);
            String distractor = fact.distractors().get(draws.nextInt(fact.distractors().size()));
            statements.add(statement(fact, distractor, rarity[i]));
            statements.add(statement(fact, fact.correct(), rarity[i]));
        }
        Collections.shuffle(statements, random.split());
        return List.copyOf(statements);
    }

    private static Statement statement(Fact fact, String answer, double difficulty) {
        Map<String, String> arguments = new LinkedHashMap<>();
        arguments.put("question", fact.question());
        arguments.put("support", fact.support());
        arguments.put("answer", answer);
        return new Statement(
                arguments,
                answer.equals(fact.correct()),
                fact.support().contains(answer),
                difficulty);
    }
}
