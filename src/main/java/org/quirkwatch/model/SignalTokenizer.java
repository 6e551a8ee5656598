package org.quirkwatch.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.quirkwatch.checkpoint.Tokenizer;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.Problem.FieldError;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.signal.Signal;

/// Turns signals into tokens. The prompt is encoded with the tokenizer's special tokens. The label
/// (and each choice) is encoded in context: what the encoding of prompt and label together has
/// after the prompt's own tokens. Where the two texts melt into one token at their border, the
/// label is encoded alone. Thread-safe.
public final class SignalTokenizer {

    private final Tokenizer tokenizer;
    private final int nCtx;

    /// @param tokenizer a checkpoint's
    /// @param nCtx the most tokens that a prompt and its longest choice may have together
    public SignalTokenizer(Tokenizer tokenizer, int nCtx) {
        this.tokenizer = tokenizer;
        this.nCtx = nCtx;
    }

    /// The tokens of a signal.
    ///
    /// @throws Problem `prompt-too-long` beyond the limit, `invalid-signal` where a text has no
    ///   tokens
    public TokenizedSignal tokenize(Signal signal) {
        long[] prompt = tokenizer.encode(signal.prompt(), true);
        if (prompt.length == 0) {
            throw invalid("/prompt", "the prompt has no tokens");
        }
        List<long[]> choices = new ArrayList<>();
        if (signal.label() != null) {
            choices.add(encode(signal.prompt(), prompt, signal.label(), "/label"));
            for (int i = 0; i < signal.choices().size(); i++) {
                String choice = signal.choices().get(i);
                if (!choice.equals(signal.label())) {
                    choices.add(encode(signal.prompt(), prompt, choice, "/choices/" + i));
                }
            }
        }
        int longest = choices.stream().mapToInt(choice -> choice.length).max().orElse(0);
        if (!(prompt.length + longest <= nCtx)) {
            String detail =
                    "the prompt has %d tokens and its longest label %d, the model takes %d together"
                            .formatted(prompt.length, longest, nCtx);
            throw new Problem(
                    ProblemCode.PROMPT_TOO_LONG,
                    detail,
                    List.of(new FieldError("/prompt", detail)));
        }
        return new TokenizedSignal(signal, prompt, choices);
    }

    private long[] encode(String text, long[] prompt, String choice, String pointer) {
        long[] whole = tokenizer.encode(text + choice, true);
        boolean continues =
                whole.length > prompt.length
                        && Arrays.equals(whole, 0, prompt.length, prompt, 0, prompt.length);
        long[] tokens =
                continues
                        ? Arrays.copyOfRange(whole, prompt.length, whole.length)
                        : tokenizer.encode(choice, false);
        if (tokens.length == 0) {
            throw invalid(pointer, "\"%s\" has no tokens".formatted(choice));
        }
        return tokens;
    }

    private static Problem invalid(String pointer, String detail) {
        return new Problem(
                ProblemCode.INVALID_SIGNAL, detail, List.of(new FieldError(pointer, detail)));
    }
}
