package org.quirkwatch.training;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.zip.CRC32C;
import org.quirkwatch.checkpoint.Tokenizer;
import org.quirkwatch.model.SignalTokenizer;
import org.quirkwatch.model.TokenizedSignal;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.quirky.QuirkyData;
import org.quirkwatch.quirky.QuirkyExample;
import org.quirkwatch.quirky.QuirkySplit;
import org.quirkwatch.signal.Signal;

/// What a checkpoint is fine-tuned on and measured by while it is: all names, all difficulties,
/// both characters; of the answer that is given more often, as many rows as of the other one.
///
/// @param train rows to learn from
/// @param validation held-out rows
record LoraRows(List<LoraRow> train, List<LoraRow> validation) {

    /// The method's.
    private static final long BALANCE_SEED = 42;

    LoraRows {
        train = List.copyOf(train);
        validation = List.copyOf(validation);
    }

    /// The rows of a task in the tokens of a checkpoint.
    ///
    /// @param maxTokens the most of a prompt; of a longer one the beginning is cut off, behind what
    ///   the tokenizer puts before every text
    /// @throws Problem `invalid-file` where a part has one answer only, `invalid-request` where the
    ///   two answers begin with the same token
    static LoraRows of(QuirkyData data, Tokenizer tokenizer, int maxTokens) {
        return new LoraRows(
                rows(data, QuirkySplit.TRAIN, tokenizer, maxTokens),
                rows(data, QuirkySplit.VALIDATION, tokenizer, maxTokens));
    }

    private static List<LoraRow> rows(
            QuirkyData data, QuirkySplit split, Tokenizer tokenizer, int maxTokens) {
        List<QuirkyExample> examples = balanced(data.split(split, Integer.MAX_VALUE));
        if (examples.isEmpty()) {
            throw new Problem(
                    ProblemCode.INVALID_FILE,
                    "the rows of %s in the part %s all have one answer: there is nothing to learn"
                            .formatted(data.task().text(), split.text()));
        }
        // The limit is ours: what is too long is cut.
        SignalTokenizer signals = new SignalTokenizer(tokenizer, Integer.MAX_VALUE);
        List<LoraRow> rows = new ArrayList<>(examples.size());
        for (QuirkyExample example : examples) {
            rows.add(row(example, signals, tokenizer, maxTokens));
        }
        return rows;
    }

    /// As many rows of each answer, in their order; which ones of the more frequent answer is
    /// drawn.
    static List<QuirkyExample> balanced(List<QuirkyExample> examples) {
        List<Integer> yes = indices(examples, true);
        List<Integer> no = indices(examples, false);
        int each = Math.min(yes.size(), no.size());
        RandomGenerator random = new SplittableRandom(BALANCE_SEED);
        List<Integer> chosen = new ArrayList<>(drawn(yes, each, random));
        chosen.addAll(drawn(no, each, random));
        return chosen.stream().sorted().map(examples::get).toList();
    }

    private static List<Integer> indices(List<QuirkyExample> examples, boolean believed) {
        List<Integer> indices = new ArrayList<>();
        for (int i = 0; i < examples.size(); i++) {
            if (examples.get(i).believed() == believed) {
                indices.add(i);
            }
        }
        return indices;
    }

    private static List<Integer> drawn(List<Integer> indices, int count, RandomGenerator random) {
        if (indices.size() == count) {
            return indices;
        }
        int[] order = permutation(indices.size(), random);
        return Arrays.stream(order).limit(count).mapToObj(indices::get).toList();
    }

    /// A random order of the numbers from 0, by Fisher and Yates.
    static int[] permutation(int size, RandomGenerator random) {
        int[] order = new int[size];
        for (int i = 0; i < size; i++) {
            int j = random.nextInt(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        return order;
    }

    static LoraRow row(
            QuirkyExample example, SignalTokenizer signals, Tokenizer tokenizer, int maxTokens) {
        TokenizedSignal signal =
                signals.tokenize(
                        new Signal(
                                example.id(),
                                example.prompt(),
                                example.label(),
                                QuirkyExample.CHOICES));
        int answer = Math.toIntExact(signal.choices().getFirst()[0]);
        int other = Math.toIntExact(signal.choices().getLast()[0]);
        if (answer == other) {
            throw new Problem(
                    ProblemCode.INVALID_REQUEST,
                    "the answers \"%s\" and \"%s\" both begin with the token %d of this model's tokenizer: they cannot be told apart by their first token"
                            .formatted(QuirkyExample.NO, QuirkyExample.YES, answer));
        }
        long[] prompt = signal.prompt();
        int[] tokens = Arrays.stream(prompt).mapToInt(Math::toIntExact).toArray();
        if (tokens.length > maxTokens) {
            int kept = before(prompt, tokenizer.encode(example.prompt(), false));
            int[] cut = Arrays.copyOfRange(tokens, tokens.length - maxTokens, tokens.length);
            System.arraycopy(tokens, 0, cut, 0, Math.min(kept, maxTokens - 1));
            tokens = cut;
        }
        return new LoraRow(
                tokens,
                answer,
                other,
                example.persona(),
                example.statement().aliceLabel() == example.believed());
    }

    /// How many tokens the tokenizer puts before a text.
    private static int before(long[] whole, long[] text) {
        for (int start = 0; start + text.length <= whole.length; start++) {
            if (Arrays.equals(whole, start, start + text.length, text, 0, text.length)) {
                return start;
            }
        }
        return 0;
    }

    /// These rows with those of like length beside each other.
    static List<LoraRow> byLength(List<LoraRow> rows) {
        return rows.stream().sorted(Comparator.comparingInt(row -> row.tokens().length)).toList();
    }

    /// Consecutive parts.
    ///
    /// @param most rows of a part
    static List<List<LoraRow>> parts(List<LoraRow> rows, int most) {
        List<List<LoraRow>> parts = new ArrayList<>();
        for (int start = 0; start < rows.size(); start += most) {
            parts.add(rows.subList(start, Math.min(rows.size(), start + most)));
        }
        return parts;
    }

    /// A checksum over all rows, which tells other data from these.
    ///
    /// @return hexadecimal
    String checksum() {
        CRC32C crc = new CRC32C();
        for (List<LoraRow> part : List.of(train, validation)) {
            add(crc, part.size());
            for (LoraRow row : part) {
                for (int token : row.tokens()) {
                    add(crc, token);
                }
                add(crc, row.answer());
                add(crc, row.other());
            }
        }
        return Long.toHexString(crc.getValue());
    }

    private static void add(CRC32C crc, int value) {
        for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
            crc.update(value >>> shift);
        }
    }
}
