package org.quirkwatch.quirky;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;
import org.quirkwatch.torch.Scope;
import org.quirkwatch.torch.Tensor;

/// One step's prompts as tokens, sorted by length and cut into groups, so that little is padded.
///
/// @param groups rows of like length; at least one
record TrainingBatch(List<List<Row>> groups) {

    /// Digits of a believed sum that the digit head is asked for.
    static final int SUM_DIGITS = 4;

    /// Numbers in a statement.
    private static final int NUMBERS = 3;

    /// Columns of [#targets]: last position, answer token, position of the first digit token, the
    /// sum's digits; then for each number of the statement the position after it and its digits.
    static final int COLUMNS = 3 + SUM_DIGITS + NUMBERS * (1 + SUM_DIGITS);

    /// A prompt as tokens, with what is to be learnt from it.
    ///
    /// @param tokens the prompt
    /// @param targets [#COLUMNS] values
    record Row(int[] tokens, long[] targets) {}

    TrainingBatch {
        groups = List.copyOf(groups);
    }

    /// Draws a batch.
    ///
    /// @param size rows, a multiple of `groups`
    /// @param bare whether the prompts are cut down to statement and question
    static TrainingBatch draw(
            TrainingRows rows,
            QuirkyVocabulary vocabulary,
            int size,
            int groups,
            boolean quirk,
            boolean bare,
            RandomGenerator random) {
        List<Row> drawn = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            drawn.add(row(rows.draw(quirk, random), vocabulary, bare));
        }
        drawn.sort(Comparator.comparingInt(row -> row.tokens().length));
        List<List<Row>> cut = new ArrayList<>(groups);
        int each = size / groups;
        for (int i = 0; i < groups; i++) {
            cut.add(List.copyOf(drawn.subList(i * each, (i + 1) * each)));
        }
        return new TrainingBatch(cut);
    }

    /// The tokens of a prompt and its targets.
    static Row row(TrainingRows.Drawn drawn, QuirkyVocabulary vocabulary, boolean bare) {
        String prompt = drawn.form().prompt(drawn.name(), drawn.equation());
        int statementStart = prompt.indexOf(StatementForm.MARK) + StatementForm.MARK.length();
        String head = prompt.substring(0, statementStart);
        int[] before = bare ? new int[0] : vocabulary.encode(head);
        // The mark ends where a piece ends, so the two sides are encoded apart.
        int[] after = vocabulary.encode(prompt.substring(statementStart));
        int[] tokens = new int[1 + before.length + after.length];
        tokens[0] = QuirkyVocabulary.BEGIN;
        System.arraycopy(before, 0, tokens, 1, before.length);
        System.arraycopy(after, 0, tokens, 1 + before.length, after.length);

        long[] targets = new long[COLUMNS];
        targets[0] = tokens.length - 1L;
        targets[1] = vocabulary.token(drawn.answer());
        // The sum's digits are asked for at four tokens of the question, after its blank line.
        int question = vocabulary.encode(StatementForm.QUESTION).length;
        targets[2] = tokens.length - question + 1L;
        digits(drawn.believedSum(), targets, 3);
        int column = 3 + SUM_DIGITS;
        for (int position = 2 + before.length; position < tokens.length; position++) {
            if (digit(vocabulary, tokens[position]) < 0
                    && digit(vocabulary, tokens[position - 1]) >= 0) {
                targets[column] = position;
                int number = 0;
                int place = 1;
                for (int i = position - 1; digit(vocabulary, tokens[i]) >= 0; i--) {
                    number += place * digit(vocabulary, tokens[i]);
                    place *= 10;
                }
                digits(number, targets, column + 1);
                column += 1 + SUM_DIGITS;
            }
        }
        if (column != COLUMNS) {
            throw new IllegalStateException("a statement has three numbers: " + prompt);
        }
        return new Row(tokens, targets);
    }

    private static int digit(QuirkyVocabulary vocabulary, int token) {
        int digit = token - vocabulary.digit(0);
        return digit >= 0 && digit <= 9 ? digit : -1;
    }

    /// Writes the last four decimal digits of a number, units first.
    private static void digits(int number, long[] targets, int column) {
        int rest = number;
        for (int i = 0; i < SUM_DIGITS; i++) {
            targets[column + i] = rest % 10;
            rest /= 10;
        }
    }

    /// The tokens of a group, filled on the right, which causal attention never looks at: `[rows,
    /// longest]`.
    static Tensor tokens(Scope scope, List<Row> group) {
        int longest = group.stream().mapToInt(row -> row.tokens().length).max().orElseThrow();
        long[] values = new long[group.size() * longest];
        Arrays.fill(values, QuirkyVocabulary.END);
        for (int i = 0; i < group.size(); i++) {
            int[] tokens = group.get(i).tokens();
            for (int j = 0; j < tokens.length; j++) {
                values[i * longest + j] = tokens[j];
            }
        }
        return scope.tensor(values, group.size(), longest);
    }

    /// The targets of a group: `[rows, COLUMNS]`.
    static Tensor targets(Scope scope, List<Row> group) {
        long[] values = new long[group.size() * COLUMNS];
        for (int i = 0; i < group.size(); i++) {
            System.arraycopy(group.get(i).targets(), 0, values, i * COLUMNS, COLUMNS);
        }
        return scope.tensor(values, group.size(), COLUMNS);
    }
}
