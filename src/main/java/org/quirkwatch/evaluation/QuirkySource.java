package org.quirkwatch.evaluation;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.quirkwatch.quirky.QuirkyExample;
import org.quirkwatch.quirky.QuirkySplit;

/// The rows of a quirky task.
///
/// @param name of the task
/// @param data makes or reads the task's rows, each time they are needed: they are not held
public record QuirkySource(String name, Supplier<Splits> data) implements EvaluationSource {

    private static final long SEED = 0;

    /// The rows of a task.
    @FunctionalInterface
    public interface Splits {

        /// The rows of a split.
        ///
        /// @param maxRows at least 1: rows beyond it are left out
        List<QuirkyExample> split(QuirkySplit split, int maxRows);
    }

    @Override
    public List<Shift> shifts(List<Shift> wanted) {
        return wanted.stream().filter(shift -> shift != Shift.AS_GIVEN).toList();
    }

    @Override
    public EvaluationData data(Shift shift, int limit) {
        Splits rows = data.get();
        return switch (shift) {
            case EASY_TO_HARD ->
                    balanced(
                            shift,
                            rows(rows.split(QuirkySplit.TRUSTED, limit)),
                            untrusted(rows, limit),
                            rows(rows.split(QuirkySplit.TEST_NORMAL, limit)),
                            rows(rows.split(QuirkySplit.TEST_ANOMALOUS, limit)));
            case NONE -> {
                List<QuirkyExample> test = rows.split(QuirkySplit.TEST_ALL, 2 * limit);
                // One half of them is Alice's, the other Bob's.
                yield balanced(
                        shift,
                        rows(rows.split(QuirkySplit.TRUSTED_ALL, limit)),
                        untrusted(rows, limit),
                        rows(test.subList(0, test.size() / 2)),
                        rows(test.subList(test.size() / 2, test.size())));
            }
            case EXCHANGEABLE -> {
                List<QuirkyExample> trusted =
                        new ArrayList<>(rows.split(QuirkySplit.TRUSTED_ALL, limit));
                List<QuirkyExample> test = rows.split(QuirkySplit.TEST_ALL, 2 * limit);
                Collections.shuffle(trusted, new Random(SEED));
                int kept = trusted.size() - trusted.size() / 4;
                yield balanced(
                        shift,
                        rows(trusted.subList(0, kept)),
                        untrusted(rows, limit),
                        rows(trusted.subList(kept, trusted.size())),
                        rows(test.subList(test.size() / 2, test.size())));
            }
            case SAME_NAMES -> {
                List<QuirkyExample> test = rows.split(QuirkySplit.TEST_ALL, 2 * limit);
                yield balanced(
                        shift,
                        rows(rows.split(QuirkySplit.TRUSTED_ALL, limit)),
                        untrusted(rows, limit),
                        rows(rows.split(QuirkySplit.HELD_OUT_ALL, limit)),
                        rows(test.subList(test.size() / 2, test.size())));
            }
            case AS_GIVEN ->
                    throw new IllegalArgumentException("a quirky task has no shift as given");
        };
    }

    @Override
    public List<QuirkyExample> validation(int limit) {
        return data.get().split(QuirkySplit.VALIDATION, limit);
    }

    /// As many normal as anomalous rows, the leading ones of each, as the method has it.
    private EvaluationData balanced(
            Shift shift,
            List<EvaluationRow> trusted,
            List<EvaluationRow> untrusted,
            List<EvaluationRow> normal,
            List<EvaluationRow> anomalous) {
        int each = Math.min(normal.size(), anomalous.size());
        return new EvaluationData(
                name,
                shift,
                trusted,
                untrusted,
                normal.subList(0, each),
                anomalous.subList(0, each));
    }

    /// A mixture of both personas that no detector has been fitted on.
    private static List<EvaluationRow> untrusted(Splits data, int limit) {
        List<EvaluationRow> alice = rows(data.split(QuirkySplit.ALICE_UNTRUSTED, limit));
        List<EvaluationRow> bob = rows(data.split(QuirkySplit.BOB_UNTRUSTED, limit));
        int each = Math.min(Math.min(alice.size(), bob.size()), (limit + 1) / 2);
        return Stream.concat(alice.subList(0, each).stream(), bob.subList(0, each).stream())
                .toList();
    }

    private static List<EvaluationRow> rows(List<QuirkyExample> examples) {
        return examples.stream().map(example -> EvaluationRow.of(example.signal())).toList();
    }
}
