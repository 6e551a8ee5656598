package org.quirkwatch.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.quirkwatch.torch.Scope;
import org.quirkwatch.torch.Tensor;

/// A batch of signals laid out for the decoder program: which tokens are fed in which row, where
/// the taps look, and which next-token probabilities add up to which choice. `decoder.py` says what
/// each array holds.
///
/// A signal has one row: its prompt, and as much of its label as is looked at. Each other choice of
/// more than one token has a further row of its own; of a choice of one token the probability
/// stands in the signal's own row.
final class DecoderBatch {

    private final int signals;
    private final List<long[]> rows = new ArrayList<>();
    private final List<Integer> signalOfRow = new ArrayList<>();
    private final List<int[]> spans = new ArrayList<>();
    private final List<int[]> scored = new ArrayList<>();
    private final List<int[]> entries = new ArrayList<>();
    private final List<List<Integer>> others = new ArrayList<>();
    private int choices;

    DecoderBatch(List<TokenizedSignal> batch, CaptureSpec spec) {
        signals = batch.size();
        choices = signals;
        for (int i = 0; i < signals; i++) {
            TokenizedSignal signal = batch.get(i);
            long[] label = signal.hasLabel() ? signal.label() : new long[0];
            addRow(i, signal.prompt(), label, fed(signal, spec));
            scored.add(new int[] {i, signal.prompt().length - 1});
            others.add(new ArrayList<>());
        }
        for (int i = 0; i < signals; i++) {
            TokenizedSignal signal = batch.get(i);
            if (!scores(signal, spec)) {
                // Every choice needs an entry; this one's value is not looked at.
                entries.add(new int[] {i, 0, i});
                continue;
            }
            addChoice(i, i, i, signal.prompt().length, signal.label());
            for (long[] other : signal.choices().subList(1, signal.choices().size())) {
                int row = i;
                if (hasRow(other)) {
                    row = rows.size();
                    addRow(i, signal.prompt(), other, other.length - 1);
                }
                others.get(i).add(choices);
                addChoice(i, row, choices++, signal.prompt().length, other);
            }
        }
    }

    /// How many rows a signal has.
    static int rows(TokenizedSignal signal, CaptureSpec spec) {
        return 1 + (int) otherRows(signal, spec).count();
    }

    /// The tokens of a signal's longest row.
    static int longestRow(TokenizedSignal signal, CaptureSpec spec) {
        int other = otherRows(signal, spec).mapToInt(tokens -> tokens.length - 1).max().orElse(0);
        return signal.prompt().length + Math.max(fed(signal, spec), other);
    }

    /// How many tokens of its label are fed in a signal's own row: the last one only where
    /// something looks at it, as no probability follows it.
    private static int fed(TokenizedSignal signal, CaptureSpec spec) {
        if (!signal.hasLabel()) {
            return 0;
        }
        int label = signal.label().length;
        return spec.feedsLabels() ? label : spec.scoresLabels() ? label - 1 : 0;
    }

    /// The other choices that have rows of their own.
    private static Stream<long[]> otherRows(TokenizedSignal signal, CaptureSpec spec) {
        return scores(signal, spec)
                ? signal.choices().stream().skip(1).filter(DecoderBatch::hasRow)
                : Stream.empty();
    }

    private static boolean scores(TokenizedSignal signal, CaptureSpec spec) {
        return spec.scoresLabels() && signal.hasLabel();
    }

    private static boolean hasRow(long[] other) {
        return other.length > 1;
    }

    private void addRow(int signal, long[] prompt, long[] continuation, int fed) {
        long[] row = new long[prompt.length + fed];
        System.arraycopy(prompt, 0, row, 0, prompt.length);
        System.arraycopy(continuation, 0, row, prompt.length, fed);
        rows.add(row);
        signalOfRow.add(signal);
        int label = fed == 0 ? 0 : prompt.length;
        spans.add(
                new int[] {
                    prompt.length - 1,
                    1,
                    0,
                    prompt.length,
                    row.length - 1,
                    1,
                    label,
                    Math.max(fed, 1)
                });
    }

    private void addChoice(int signal, int row, int choice, int promptLength, long[] tokens) {
        entries.add(new int[] {signal, (int) tokens[0], choice});
        for (int k = 1; k < tokens.length; k++) {
            entries.add(new int[] {scored.size(), (int) tokens[k], choice});
            scored.add(new int[] {row, promptLength + k - 1});
        }
    }

    int signals() {
        return signals;
    }

    /// Whether all that is scored follows the prompts at once: every choice is one token.
    boolean isOfPrompts() {
        return scored.size() == signals;
    }

    boolean hasOthers(int signal) {
        return !others.get(signal).isEmpty();
    }

    private int width() {
        return rows.stream().mapToInt(row -> row.length).max().orElseThrow();
    }

    /// The most positions of a row from the last prompt token on.
    int behindPrompts() {
        return IntStream.range(0, rows.size())
                .map(i -> rows.get(i).length - spans.get(i)[0])
                .max()
                .orElseThrow();
    }

    /// Rows of all signals.
    int rowCount() {
        return rows.size();
    }

    /// `[rows, pos]`, filled up with zeros on the right.
    Tensor tokens(Scope scope) {
        int width = width();
        long[] flat = new long[rows.size() * width];
        for (int i = 0; i < rows.size(); i++) {
            System.arraycopy(rows.get(i), 0, flat, i * width, rows.get(i).length);
        }
        return scope.tensor(flat, rows.size(), width);
    }

    /// `[4, rows, 2]`.
    Tensor spans(Scope scope) {
        int n = rows.size();
        long[] flat = new long[4 * n * 2];
        for (int i = 0; i < n; i++) {
            for (int kind = 0; kind < 4; kind++) {
                flat[(kind * n + i) * 2] = spans.get(i)[kind * 2];
                flat[(kind * n + i) * 2 + 1] = spans.get(i)[kind * 2 + 1];
            }
        }
        return scope.tensor(flat, 4, n, 2);
    }

    /// `[rows]`.
    Tensor signalOfRow(Scope scope) {
        long[] flat = signalOfRow.stream().mapToLong(Integer::longValue).toArray();
        return scope.tensor(flat, flat.length);
    }

    /// `[s, 2]`.
    Tensor scored(Scope scope) {
        return flatten(scope, scored, 2);
    }

    /// `[r, 3]`.
    Tensor entries(Scope scope) {
        return flatten(scope, entries, 3);
    }

    /// `[signals, c]`, c at least 1.
    Tensor others(Scope scope) {
        int width = Math.max(1, others.stream().mapToInt(List::size).max().orElse(0));
        long[] flat = new long[signals * width];
        for (int i = 0; i < signals; i++) {
            for (int j = 0; j < width; j++) {
                flat[i * width + j] = j < others.get(i).size() ? others.get(i).get(j) : choices;
            }
        }
        return scope.tensor(flat, signals, width);
    }

    /// `[signals]`, 0 or 1.
    Tensor hasOthers(Scope scope) {
        double[] flat = new double[signals];
        for (int i = 0; i < signals; i++) {
            flat[i] = hasOthers(i) ? 1 : 0;
        }
        return scope.tensor(flat, signals);
    }

    /// `[rows, t]`: the single positions that a tap or a probability looks at; t is as many as one
    /// row has, and shorter rows repeat their last.
    ///
    /// @param all every position instead, as something looks at more of them
    Tensor kept(Scope scope, boolean all) {
        List<long[]> kept = all ? everyPosition() : lookedAt();
        int width = kept.stream().mapToInt(row -> row.length).max().orElseThrow();
        long[] flat = new long[kept.size() * width];
        for (int i = 0; i < kept.size(); i++) {
            long[] row = kept.get(i);
            for (int j = 0; j < width; j++) {
                flat[i * width + j] = row[Math.min(j, row.length - 1)];
            }
        }
        return scope.tensor(flat, kept.size(), width);
    }

    private List<long[]> everyPosition() {
        return Collections.nCopies(rows.size(), LongStream.range(0, width()).toArray());
    }

    private List<long[]> lookedAt() {
        List<SortedSet<Long>> positions = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            // The last of the prompt, and the last of the row, which is the label's where it is
            // fed.
            positions.add(
                    new TreeSet<>(Arrays.asList((long) spans.get(i)[0], rows.get(i).length - 1L)));
        }
        for (int[] at : scored) {
            positions.get(at[0]).add((long) at[1]);
        }
        return positions.stream()
                .map(row -> row.stream().mapToLong(Long::longValue).toArray())
                .toList();
    }

    private static Tensor flatten(Scope scope, List<int[]> values, int width) {
        long[] flat = new long[values.size() * width];
        for (int i = 0; i < values.size(); i++) {
            for (int j = 0; j < width; j++) {
                flat[i * width + j] = values.get(i)[j];
            }
        }
        return scope.tensor(flat, values.size(), width);
    }
}
