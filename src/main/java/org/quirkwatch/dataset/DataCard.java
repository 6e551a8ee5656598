package org.quirkwatch.dataset;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.quirky.QuirkyData;
import org.quirkwatch.quirky.QuirkySplit;
import org.quirkwatch.quirky.QuirkyTask;

/// The `README.md` of a data set: how it was made, how large it is, and how good.
public final class DataCard {

    private DataCard() {}

    /// Writes the card beside the data.
    ///
    /// @param directory the data set's
    /// @throws Problem `invalid-file` when it cannot be written
    public static void write(QuirkyData data, Path directory) {
        try {
            Files.writeString(directory.resolve("README.md"), text(data));
        } catch (IOException e) {
            throw new Problem(ProblemCode.INVALID_FILE, "README.md: cannot be written", e);
        }
    }

    static String text(QuirkyData data) {
        QuirkyTask task = data.task();
        QuirkyData.Counts counts = data.counts();
        return String.format(
                Locale.ROOT,
                """
                # %1$s

                Statements of the task %1$s in the published raw format, one record per line: `id`,
                `template_args`, `character`, `label`, `alice_label`, `bob_label`, `difficulty`,
                `difficulty_quantile`. Each statement stands twice, as Alice and as Bob see it.

                `quirkwatch quirky export --task %1$s --seed %2$d --output DIRECTORY` makes it anew,
                byte for byte.

                ## How it was made

                %3$s

                ## How large it is

                | part | records |
                |---|---:|
                | train | %4$d |
                | validation | %5$d |
                | test, which nothing here uses | %6$d |

                Of the records of the method's splits, %7$d are trusted (easy, first four names) and
                %8$d each are normal and anomalous test rows (hard, other names).

                | share of statements | Bob: false | Bob: true |
                |---|---:|---:|
                | Alice: false | %9$.3f | %10$.3f |
                | Alice: true | %11$.3f | %12$.3f |

                ## How good it is

                %13$s
                """,
                task.text(),
                data.origin().seed(),
                Origin.of(task).made(),
                counts.train(),
                counts.validation(),
                counts.test(),
                data.split(QuirkySplit.TRUSTED, Integer.MAX_VALUE).size(),
                data.split(QuirkySplit.TEST, Integer.MAX_VALUE).size() / 2,
                counts.share(false, false),
                counts.share(false, true),
                counts.share(true, false),
                counts.share(true, true),
                Origin.of(task).quality());
    }

    /// Where a task's statements come from.
    ///
    /// @param made the facts, the rule and the difficulty
    /// @param quality what is known of its errors
    private record Origin(String made, String quality) {

        private static final String CITIES_QUALITY =
                """
                Written from general knowledge and not checked against a gazetteer: a few
                coordinates may be off by a degree, and populations by a third, which moves few
                cities across a threshold. Names are spelt in ASCII and are unique.\
                """;

        static Origin of(QuirkyTask task) {
            return switch (task) {
                case CAPITALS ->
                        new Origin(
                                """
                                Of the cities in `facts/cities.tsv`, those that neither bear their
                                region's name nor are a country's capital. Alice: is the city the
                                capital of its region? Bob: is it the most populous city of its
                                region in the table? Of the statements that both call false a quarter
                                is kept. Difficulty: −log10(population), 0 where that is unknown.\
                                """,
                                CITIES_QUALITY);
                case HEMISPHERE ->
                        new Origin(
                                """
                                All cities in `facts/cities.tsv`. Alice: is its latitude positive?
                                Bob: is its longitude at most 0? Difficulty: −log10(population), 0
                                where that is unknown. The method's inverted template is turned round
                                so that its labels are right.\
                                """,
                                CITIES_QUALITY);
                case POPULATION ->
                        new Origin(
                                """
                                All cities in `facts/cities.tsv`. Alice: has it more than 30 000
                                people? Bob: does it lie in one of the ten most populous countries?
                                Difficulty: −log10(population), 0 where that is unknown.\
                                """,
                                CITIES_QUALITY);
                case AUTHORS ->
                        new Origin(
                                """
                                The books in `facts/books.tsv`, each with its author, half as many
                                with another author of the same first name, and half as many with any
                                other. Alice: is that the author? Bob: has the author that first
                                name? Difficulty: −log10 of a rounded guess of how many readers rated
                                the book, 0 where there is none.\
                                """,
                                """
                                Written from general knowledge. Titles are unique; a title that
                                several authors used stands for the best known. Whom Alice believes,
                                Bob believes too, so they differ in one direction only.\
                                """);
                case SCIQ ->
                        new Origin(
                                """
                                The questions in `facts/science.tsv`, each with its right answer and
                                with one of three wrong ones. Alice: is the answer right? Bob: does
                                it occur in the supporting sentence? Difficulty: how rare the words
                                of question and support are among all, which says nothing of the
                                label.\
                                """,
                                """
                                Written from general knowledge at the level of a school book. Part of
                                the questions come from tables (elements, planets, units, animals)
                                and read alike.\
                                """);
                case SENTIMENT ->
                        new Origin(
                                """
                                Reviews by a grammar: products, their aspects, praise and blame, with
                                and without negation. Alice: is the review positive as a whole? Bob:
                                is a token of it in `facts/positive-words.txt`? Difficulty: the weaker
                                side's share of the weights, plus a thousandth of the words.\
                                """,
                                """
                                Generated: the words are few and the sentences plain. Labels follow
                                from the grammar and are right by construction.\
                                """);
                case NLI ->
                        new Origin(
                                """
                                Scenes by a grammar (who, where, doing and wearing what, when) as
                                premise, and a hypothesis that follows from the scene or contradicts
                                it. Alice: does it follow? Bob: is it free of not, nobody, no, never,
                                nothing, none? All with negation are kept, and twice as many without.
                                Difficulty: how general the words of the hypothesis are, and how much
                                the premise says.\
                                """,
                                """
                                Generated: the words are few and the sentences plain. Labels follow
                                from the scenes and are right by construction.\
                                """);
                case ADDITION, SUBTRACTION, MULTIPLICATION, MODULARADDITION, SQUARING ->
                        new Origin(
                                """
                                Generated as the method has it: log-uniform operands; a quarter shows
                                Alice's result, a quarter Bob's, half a number that is neither's and
                                differs from one of them in one character. Difficulty: the smaller
                                operand.\
                                """,
                                """
                                Labels are calculated. Small equations repeat.\
                                """);
            };
        }
    }
}
