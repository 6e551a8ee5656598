package org.quirkwatch.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Comparator;
import java.util.List;
import java.util.function.LongFunction;
import org.quirkwatch.quirky.Statement;

/// What holds of the statements of every data set.
final class StatementChecks {

    private StatementChecks() {}

    /// One seed gives one list, another seed another.
    static void seedDecides(LongFunction<List<Statement>> data) {
        assertThat(data.apply(3)).isEqualTo(data.apply(3)).isNotEqualTo(data.apply(4));
    }

    /// No two statements have the same arguments, and all name them alike.
    static void argumentsAre(List<Statement> statements, String... names) {
        assertThat(statements).extracting(Statement::arguments).doesNotHaveDuplicates();
        assertThat(statements)
                .allSatisfy(statement ->
                        assertThat(statement.arguments().keySet()).containsExactly(names))
                .allSatisfy(statement ->
                        assertThat(statement.arguments().values()).noneMatch(String::isBlank));
    }

    /// The share of statements with these labels.
    static double share(List<Statement> statements, boolean alice, boolean bob) {
        return statements.stream()
                        .filter(one -> one.aliceLabel() == alice && one.bobLabel() == bob)
                        .count()
                / (double) statements.size();
    }

    /// The share of true ones among the easiest and among the hardest quarter is near a half, so
    /// the difficulty does not give the label away.
    static void difficultyHidesTheLabel(List<Statement> statements) {
        List<Statement> sorted =
                statements.stream()
                        .sorted(Comparator.comparingDouble(Statement::difficulty))
                        .toList();
        int quarter = sorted.size() / 4;
        for (List<Statement> part :
                List.of(
                        sorted.subList(0, quarter),
                        sorted.subList(sorted.size() - quarter, sorted.size()))) {
            double trueShare = share(part, true, true) + share(part, true, false);
            assertThat(trueShare).isBetween(0.42, 0.58);
        }
        assertThat(sorted.getLast().difficulty() - sorted.getFirst().difficulty()).isPositive();
    }
}
