package org.quirkwatch.training;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;
import org.quirkwatch.quirky.PromptForm;
import org.quirkwatch.quirky.QuirkyTask;
import org.quirkwatch.torch.Scope;
import org.quirkwatch.torch.Tensor;

/// One step's prompts as tokens, sorted by length and cut into groups, so that little is padded.
///
/// @param groups rows of like length; at least one
record TrainingBatch(List<List<Row>> groups) {

    /// A prompt as tokens, with what is to be learnt from it.
    ///
    /// @param tokens the prompt
    /// @param targets as [TrainingTargets] has them
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
            QuirkyTask task,
            QuirkyVocabulary vocabulary,
            int size,
            int groups,
            boolean quirk,
            boolean bare,
            RandomGenerator random) {
        List<Row> drawn = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            drawn.add(row(rows.draw(quirk, random), task, vocabulary, bare));
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
    static Row row(
            TrainingRows.Drawn drawn, QuirkyTask task, QuirkyVocabulary vocabulary, boolean bare) {
        String prompt = drawn.form().prompt(drawn.name(), drawn.statement().arguments());
        int statementStart = prompt.indexOf(PromptForm.MARK) + PromptForm.MARK.length();
        String head = bare ? bareHead(drawn) : prompt.substring(0, statementStart);
        int[] before = vocabulary.encode(head);
        // The mark ends where a piece ends, so the two sides are encoded apart.
        int[] after = vocabulary.encode(prompt.substring(statementStart));
        int[] tokens = new int[1 + before.length + after.length];
        tokens[0] = QuirkyVocabulary.BEGIN;
        System.arraycopy(before, 0, tokens, 1, before.length);
        System.arraycopy(after, 0, tokens, 1 + before.length, after.length);

        TrainingTargets layout = TrainingTargets.of(task);
        long[] targets = layout.empty();
        targets[0] = tokens.length - 1L;
        targets[1] = vocabulary.token(drawn.answer());
        // The belief's digits are asked for at tokens of the question, after its blank line.
        int question = vocabulary.encode(PromptForm.QUESTION).length;
        targets[2] = tokens.length - question + 1L;
        layout.belief(task, drawn.statement(), drawn.believer(), targets);
        numbers(vocabulary, layout, tokens, 1 + before.length, targets);
        return new Row(tokens, targets);
    }

    /// A statement made of words alone may need its context: what is cut off is then the name only.
    private static String bareHead(TrainingRows.Drawn drawn) {
        return drawn.form().isSelfContained()
                ? ""
                : drawn.form().contextOf(drawn.statement().arguments()) + "\n\n" + PromptForm.MARK;
    }

    /// The numbers of the statement, which begins at `start`.
    private static void numbers(
            QuirkyVocabulary vocabulary,
            TrainingTargets layout,
            int[] tokens,
            int start,
            long[] targets) {
        int number = 0;
        for (int position = start + 1; position < tokens.length; position++) {
            if (number < layout.numbers()
                    && digit(vocabulary, tokens[position]) < 0
                    && digit(vocabulary, tokens[position - 1]) >= 0) {
                long value = 0;
                long place = 1;
                for (int i = position - 1; digit(vocabulary, tokens[i]) >= 0; i--) {
                    value += place * digit(vocabulary, tokens[i]);
                    place *= 10;
                }
                layout.number(number, position, value, targets);
                number++;
            }
        }
    }

    private static int digit(QuirkyVocabulary vocabulary, int token) {
        int digit = token - vocabulary.digit(0);
        return digit >= 0 && digit <= 9 ? digit : -1;
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

    /// The targets of a group: `[rows, columns]`.
    static Tensor targets(Scope scope, List<Row> group) {
        int columns = group.getFirst().targets().length;
        long[] values = new long[group.size() * columns];
        for (int i = 0; i < group.size(); i++) {
            System.arraycopy(group.get(i).targets(), 0, values, i * columns, columns);
        }
        return scope.tensor(values, group.size(), columns);
    }
}
