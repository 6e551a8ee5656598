package org.quirkwatch.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.quirkwatch.dataset.SceneWords.Word;
import org.quirkwatch.quirky.Statement;

class NliDataTest {

    private static final SceneWords WORDS = SceneWords.bundled();
    private static final List<Statement> STATEMENTS = NliData.statements(1);

    private static final Pattern DOING =
            Pattern.compile(
                    "(A|Two|Three) \\w+(?: in (?:a )?(\\w+) \\w+)? (?:is|are) (\\w+)"
                            + " in a (\\w+)(?: with (empty hands|(?:an? )?\\w+))?(?: on (\\w+))?\\.");
    private static final Pattern GOING =
            Pattern.compile("The \\w+ in the (\\w+) \\w+ always (\\w+) to \\w+\\.");
    private static final Pattern ALL =
            Pattern.compile(
                    "(?:Every|All the) \\w+ in the \\w+ (?:is|are|has a|have) (\\w+)(?: \\w+)?\\.");

    /// What each form of a hypothesis says of the scene; the last group is what it claims.
    private static final List<Pattern> CLAIMS =
            List.of(
                    Pattern.compile(
                            "(?:No|None of the|Not all the|Some|A|All the) \\w+ in the \\w+"
                                    + " (?:is|are|has a|have) (\\w+)(?: \\w+)?\\."),
                    Pattern.compile("There (?:is|are) (?:not )?(exactly \\w+) \\w+\\."),
                    Pattern.compile("There is (?:not )?(more than one|only one) \\w+\\."),
                    Pattern.compile("It is (?:not )?(.+)\\."),
                    Pattern.compile("The \\w+ (?:has|have) (?:some|no)(thing in hand)\\."),
                    Pattern.compile(
                            "The \\w+ (?:has|have|does not have|do not have) (empty hands)\\."),
                    Pattern.compile("The \\w+ (?:has|have) (?:no |an? )?(\\w+)\\."),
                    Pattern.compile("The \\w+ (?:always|never) goes to \\w+ (on \\w+)\\."),
                    Pattern.compile("The \\w+ (?:always|never) (\\w+) to \\w+\\."),
                    Pattern.compile("(?:Nobody|No \\w+) is (.+)\\."),
                    Pattern.compile("None of the \\w+ are (.+)\\."),
                    Pattern.compile("The \\w+ (?:is|are) (?:not )?(.+)\\."));

    @Test
    void oneSeedGivesOneListOfDifferentPairs() {
        StatementChecks.seedDecides(NliData::statements);
        StatementChecks.argumentsAre(STATEMENTS, "premise", "hypothesis");
        assertThat(STATEMENTS).hasSizeGreaterThan(12_000);
    }

    @Test
    void aliceSaysWhatThePremiseEntails() {
        for (Statement one : STATEMENTS) {
            boolean says = truths(text(one, "premise")).contains(claim(text(one, "hypothesis")));
            boolean denies = NliData.negated(text(one, "hypothesis"));
            assertThat(one.aliceLabel()).as(one.toString()).isEqualTo(says != denies);
        }
    }

    @Test
    void bobLooksForNegationOnly() {
        assertThat(NliData.negated("Nobody is sleeping.")).isTrue();
        assertThat(NliData.negated("The dog is NOT here.")).isTrue();
        assertThat(NliData.negated("It is a note for nobodies.")).isFalse();
        for (Statement one : STATEMENTS) {
            String padded = " " + text(one, "hypothesis").toLowerCase(Locale.ROOT) + " ";
            boolean negated =
                    List.of("not", "nobody", "no", "never", "nothing", "none").stream()
                            .anyMatch(word -> padded.contains(" " + word + " "));
            assertThat(one.bobLabel()).as(one.toString()).isEqualTo(!negated);
        }
    }

    @Test
    void thereAreTwiceAsManyPlainHypothesesAsNegatedOnes() {
        long negated = STATEMENTS.stream().filter(one -> !one.bobLabel()).count();
        assertThat(STATEMENTS).hasSize((int) (3 * negated));
    }

    @Test
    void everyPairOfLabelsIsCommonAndSoIsEveryNegation() {
        for (boolean alice : List.of(true, false)) {
            for (boolean bob : List.of(true, false)) {
                assertThat(StatementChecks.share(STATEMENTS, alice, bob)).isGreaterThan(0.08);
            }
        }
        for (String negation : NliData.NEGATIONS) {
            Pattern word = Pattern.compile("(?i).*\\b" + negation + "\\b.*");
            for (boolean alice : List.of(true, false)) {
                assertThat(STATEMENTS)
                        .filteredOn(one -> one.aliceLabel() == alice)
                        .filteredOn(one -> word.matcher(text(one, "hypothesis")).matches())
                        .as("%s, %s", negation, alice)
                        .hasSizeGreaterThan(30);
            }
        }
        StatementChecks.difficultyHidesTheLabel(STATEMENTS);
    }

    private static String text(Statement one, String argument) {
        return Objects.requireNonNull(one.arguments().get(argument));
    }

    /// All that may be claimed truly of a premise.
    private static Set<String> truths(String premise) {
        Set<String> truths = new HashSet<>();
        Matcher all = ALL.matcher(premise);
        Matcher going = GOING.matcher(premise);
        Matcher doing = DOING.matcher(premise);
        if (all.matches()) {
            truths.add(all.group(1));
        } else if (going.matches()) {
            truths.add(going.group(1));
            addWithKind(truths, "habit", going.group(2));
        } else {
            assertThat(doing.matches()).as(premise).isTrue();
            String count =
                    doing.group(1).equals("A") ? "one" : doing.group(1).toLowerCase(Locale.ROOT);
            truths.add("exactly " + count);
            truths.add(count.equals("one") ? "only one" : "more than one");
            if (doing.group(2) != null) {
                truths.add(doing.group(2));
            }
            addWithKind(truths, "activity", doing.group(3));
            addWithKind(truths, "place", doing.group(4));
            truths.add("in a " + doing.group(4));
            String hands = doing.group(5);
            if (hands != null && hands.equals("empty hands")) {
                truths.add("empty hands");
            } else if (hands != null) {
                truths.add("thing in hand");
                addWithKind(truths, "thing", hands.replaceFirst("^an? ", ""));
            }
            if (doing.group(6) != null) {
                addWithKind(truths, "day", doing.group(6));
            }
        }
        return truths;
    }

    private static void addWithKind(Set<String> truths, String part, String said) {
        Word word =
                WORDS.of(part).stream()
                        .filter(one -> one.text().equals(said) || one.plural().equals(said))
                        .findFirst()
                        .orElseThrow();
        truths.add(word.text());
        truths.add(word.kind());
    }

    private static String claim(String hypothesis) {
        for (Pattern form : CLAIMS) {
            Matcher matcher = form.matcher(hypothesis);
            if (matcher.matches()) {
                return matcher.group(1);
            }
        }
        throw new AssertionError("no form fits \"" + hypothesis + "\"");
    }
}
