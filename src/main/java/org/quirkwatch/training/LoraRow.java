package org.quirkwatch.training;

import java.util.List;
import org.quirkwatch.quirky.Persona;
import org.quirkwatch.torch.Scope;
import org.quirkwatch.torch.Tensor;

/// A prompt as the tokens of a checkpoint, with the first tokens of its two answers.
///
/// @param tokens at least one
/// @param answer of the character's own answer
/// @param other of the other one, different from `answer`
/// @param persona whose prompt
/// @param aliceAgrees whether the answer is also what Alice would give
record LoraRow(int[] tokens, int answer, int other, Persona persona, boolean aliceAgrees) {

    /// The tokens of rows, filled on the right, which causal attention never looks at: `[rows,
    /// longest]`.
    static Tensor tokens(Scope scope, List<LoraRow> rows) {
        int longest = rows.stream().mapToInt(row -> row.tokens.length).max().orElseThrow();
        long[] values = new long[Math.multiplyExact(rows.size(), longest)];
        for (int i = 0; i < rows.size(); i++) {
            int[] tokens = rows.get(i).tokens;
            for (int j = 0; j < tokens.length; j++) {
                values[i * longest + j] = tokens[j];
            }
        }
        return scope.tensor(values, rows.size(), longest);
    }

    /// What the program learns from rows, `[rows, 3]`: last position, answer, other answer.
    static Tensor answers(Scope scope, List<LoraRow> rows) {
        long[] values = new long[rows.size() * 3];
        for (int i = 0; i < rows.size(); i++) {
            LoraRow row = rows.get(i);
            values[3 * i] = row.tokens.length - 1L;
            values[3 * i + 1] = row.answer;
            values[3 * i + 2] = row.other;
        }
        return scope.tensor(values, rows.size(), 3);
    }
}
