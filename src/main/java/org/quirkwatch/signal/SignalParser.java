package org.quirkwatch.signal;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

/// JSON to signals. Everything wrong with a signal is reported at once, each with its place. A name
/// that is none of a signal's fields is an error too: a mistyped `choices` would otherwise change
/// the objective without a word.
///
/// The fields are `id`, `prompt`, `label`, `choices`, `policy` and `metadata`; null stands for
/// absent. Thread-safe if the generator of ids is.
public final class SignalParser {

    private static final String SIGNALS = "signals";

    private final SignalLimits limits;
    private final LabelRule labelRule;
    private final Supplier<String> ids;

    /// @param limits how large a signal may be
    /// @param labelRule whether a signal needs its label
    /// @param ids makes the id of a signal that comes without one
    public SignalParser(SignalLimits limits, LabelRule labelRule, Supplier<String> ids) {
        this.limits = limits;
        this.labelRule = labelRule;
        this.ids = ids;
    }

    /// The limits that this parser keeps.
    public SignalLimits limits() {
        return limits;
    }

    /// The signal of a JSON object.
    ///
    /// @param utf8 the whole text
    /// @throws Problem `payload-too-large`, `malformed-json`, or `invalid-signal` with every place
    ///   that is wrong
    public Signal parse(byte[] utf8) {
        requireSize("a signal", utf8.length, limits.maxLineBytes());
        return signal(StrictJson.parse(utf8));
    }

    /// The signal of a JSON object that is one line of a longer text.
    ///
    /// @param number of the line, from 1, for messages
    /// @throws Problem as [#parse(byte[])] does
    Signal parseLine(byte[] utf8, long number) {
        requireSize("the line", utf8.length, limits.maxLineBytes());
        return signal(StrictJson.parseLine(utf8, number));
    }

    private Signal signal(@Nullable Object value) {
        Faults faults = new Faults();
        Signal signal = fields(value, "", faults);
        faults.throwIfAny("the signal");
        return java.util.Objects.requireNonNull(signal);
    }

    /// The signals of a JSON object `{"signals": [...]}`, in order.
    ///
    /// @param utf8 the whole text
    /// @param maxSignals how many it may hold, at least 1
    /// @throws Problem as [#parse(byte[])] does; pointers start at the whole, as in
    ///   `/signals/3/label`; `payload-too-large` for too many
    public List<Signal> parseBatch(byte[] utf8, int maxSignals) {
        Faults faults = new Faults();
        List<?> items = items(StrictJson.parse(utf8), faults);
        if (!(items.size() <= maxSignals)) {
            throw new Problem(
                    ProblemCode.PAYLOAD_TOO_LARGE,
                    "the batch has %d signals, at most %d".formatted(items.size(), maxSignals),
                    List.of(
                            new Problem.FieldError(
                                    "/" + SIGNALS, "at most %d signals".formatted(maxSignals))));
        }
        List<Signal> signals = new ArrayList<>(items.size());
        for (int i = 0; i < items.size(); i++) {
            Signal signal = fields(items.get(i), "/" + SIGNALS + "/" + i, faults);
            if (signal != null) {
                signals.add(signal);
            }
        }
        faults.throwIfAny("the batch");
        return List.copyOf(signals);
    }

    static void requireSize(String what, long bytes, long limit) {
        if (!(bytes <= limit)) {
            throw new Problem(
                    ProblemCode.PAYLOAD_TOO_LARGE,
                    "%s has %d bytes, at most %d".formatted(what, bytes, limit));
        }
    }

    private static List<?> items(@Nullable Object value, Faults faults) {
        if (!(value instanceof Map<?, ?> map)) {
            faults.add("", "an object with signals was expected, got " + FieldReader.kind(value));
        } else {
            FieldReader fields = new FieldReader(map, "", faults);
            fields.refuseOthers(List.of(SIGNALS));
            if (map.get(SIGNALS) instanceof List<?> list && !list.isEmpty()) {
                return list;
            }
            faults.add(
                    "/" + SIGNALS,
                    map.get(SIGNALS) instanceof List<?>
                            ? "at least one signal was expected"
                            : "an array of signals was expected, got "
                                    + FieldReader.kind(map.get(SIGNALS)));
        }
        faults.throwIfAny("the batch");
        return List.of();
    }

    /// The signal, or null after at least one fault was added.
    private @Nullable Signal fields(@Nullable Object value, String pointer, Faults faults) {
        if (!(value instanceof Map<?, ?> map)) {
            faults.add(pointer, "an object was expected, got " + FieldReader.kind(value));
            return null;
        }
        int before = faults.count();
        FieldReader fields = new FieldReader(map, pointer, faults);
        fields.refuseOthers(List.of("id", "prompt", "label", "choices", "policy", "metadata"));
        String id = fields.line("id", limits.maxIdChars());
        String prompt = fields.text("prompt", limits.maxPromptChars(), true);
        String label =
                fields.text("label", limits.maxLabelChars(), labelRule == LabelRule.REQUIRED);
        List<String> choices =
                fields.choices("choices", limits.maxChoices(), limits.maxLabelChars());
        String policy = fields.line("policy", limits.maxIdChars());
        Map<String, Object> metadata = fields.notes("metadata", limits.maxMetadataBytes());
        if (faults.count() > before || prompt == null) {
            return null;
        }
        if (!choices.isEmpty() && !(label != null && choices.contains(label))) {
            faults.add(
                    pointer + "/label",
                    label == null
                            ? "choices need a label that is one of them"
                            : "%s is not among the %d choices"
                                    .formatted(Excerpt.quoted(label), choices.size()));
            return null;
        }
        return id == null
                ? new Signal(ids.get(), prompt, label, choices, policy, metadata, false)
                : new Signal(id, prompt, label, choices, policy, metadata);
    }
}
