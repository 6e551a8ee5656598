package org.quirkwatch.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.quirkwatch.bundled.Bundled;
import org.quirkwatch.checkpoint.Checkpoint;
import org.quirkwatch.checkpoint.Tokenizer;
import org.quirkwatch.quirky.GenerationOptions;
import org.quirkwatch.quirky.Persona;
import org.quirkwatch.quirky.QuirkyExample;
import org.quirkwatch.quirky.QuirkyOrigin;
import org.quirkwatch.quirky.QuirkySplit;
import org.quirkwatch.quirky.QuirkyTask;
import tools.jackson.databind.json.JsonMapper;

/// Signals of the addition task that the bundled model was not trained on, as JSON without an id.
/// Immutable.
///
/// @param kind what the prompts are like
/// @param documents each the part of a signal's JSON behind the id: `"prompt": …}`
record Prompts(Kind kind, List<byte[]> documents) {

    /// The most different short signals that there are, and twice as many with long ones, before
    /// which stands text that is drawn at random.
    static final int MOST = 8000;

    private static final int CONTEXT_TOKENS = 512;
    private static final int LEAST_LONG_TOKENS = 200;
    private static final int TOKENS_TO_SPARE = 8;

    /// How long the prompts are.
    enum Kind {
        /// The task's own prompts: some 30 to 60 tokens.
        SHORT,
        /// Those of names like the trusted ones only, of which one in a hundred is flagged: of the
        /// others every second one is.
        NORMAL,
        /// Several of the task's prompts in a row: 200 tokens up to nearly the bundled model's
        /// context of 512.
        LONG,
        /// By turns a short and a long one.
        MIXED;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    Prompts {
        documents = List.copyOf(documents);
    }

    /// @param count how many different ones, 1 to [#MOST]; of normal ones a quarter, where there
    ///   are long ones twice as many
    static Prompts of(Kind kind, int count) throws IOException {
        int most =
                switch (kind) {
                    case SHORT -> MOST;
                    case NORMAL -> MOST / 4;
                    case LONG, MIXED -> 2 * MOST;
                };
        if (!(count >= 1 && count <= most)) {
            throw new IllegalArgumentException(
                    "count must be in [1, %d], got %d".formatted(most, count));
        }
        List<QuirkyExample> rows =
                QuirkyOrigin.zoo(QuirkyTask.ADDITION, GenerationOptions.BUNDLED_SEED)
                        .data(Optional.empty())
                        .split(QuirkySplit.VALIDATION, MOST);
        return new Prompts(
                kind,
                switch (kind) {
                    case SHORT -> shortOnes(rows, count);
                    case NORMAL ->
                            shortOnes(
                                    rows.stream()
                                            .filter(row -> row.persona() == Persona.ALICE)
                                            .toList(),
                                    count);
                    case LONG -> longOnes(rows, count);
                    case MIXED -> {
                        List<byte[]> shorts = shortOnes(rows, (count + 1) / 2);
                        List<byte[]> longs = longOnes(rows, Math.max(1, count / 2));
                        List<byte[]> both = new ArrayList<>();
                        for (int i = 0; i < count; i++) {
                            both.add((i % 2 == 0 ? shorts : longs).get(i / 2));
                        }
                        yield both;
                    }
                });
    }

    private static List<byte[]> shortOnes(List<QuirkyExample> rows, int count) {
        return rows.stream().limit(count).map(row -> document(row.prompt(), row)).toList();
    }

    /// The last row of each asks; the rows before it, of which there are as many as fit below a
    /// random length, are what the model reads first.
    private static List<byte[]> longOnes(List<QuirkyExample> rows, int count) throws IOException {
        Tokenizer tokenizer = Checkpoint.open(Bundled.model()).tokenizer();
        SplittableRandom random = new SplittableRandom(GenerationOptions.BUNDLED_SEED);
        int mostTokens = CONTEXT_TOKENS - TOKENS_TO_SPARE;
        List<byte[]> documents = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            QuirkyExample asking = rows.get(i % rows.size());
            int wanted = random.nextInt(LEAST_LONG_TOKENS, mostTokens + 1);
            String prompt = asking.prompt();
            while (true) {
                QuirkyExample before = rows.get(random.nextInt(rows.size()));
                String longer = before.prompt() + before.label() + "\n\n" + prompt;
                if (tokenizer.encode(longer, true).length > wanted) {
                    break;
                }
                prompt = longer;
            }
            documents.add(document(prompt, asking));
        }
        return documents;
    }

    private static byte[] document(String prompt, QuirkyExample row) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("prompt", prompt);
        fields.put("label", row.label());
        fields.put("choices", QuirkyExample.CHOICES);
        byte[] object = JsonMapper.shared().writeValueAsBytes(fields);
        return java.util.Arrays.copyOfRange(object, 1, object.length);
    }

    byte[] document(long number) {
        return documents.get((int) (number % documents.size()));
    }
}
