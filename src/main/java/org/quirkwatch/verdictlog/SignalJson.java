package org.quirkwatch.verdictlog;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.signal.Signal;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/// Signals and scores as the log has them: JSON. Control characters are escaped in it, which a
/// database may refuse in text. Thread-safe.
final class SignalJson {

    private static final TypeReference<SequencedMap<String, Double>> LAYERS =
            new TypeReference<>() {};

    private final JsonMapper json;

    SignalJson(JsonMapper json) {
        this.json = json;
    }

    /// What is kept of a signal beside its id.
    private record Texts(
            String prompt,
            @Nullable String label,
            List<String> choices,
            @Nullable String policy,
            Map<String, Object> metadata) {}

    String signal(Signal signal) {
        return json.writeValueAsString(
                new Texts(
                        signal.prompt(),
                        signal.label(),
                        signal.choices(),
                        signal.policy(),
                        signal.metadata()));
    }

    /// The signal of what [#signal(Signal)] gave.
    Signal signal(String id, String text) {
        Texts texts = json.readValue(text, Texts.class);
        return new Signal(
                id,
                texts.prompt(),
                texts.label(),
                texts.choices(),
                texts.policy(),
                texts.metadata());
    }

    String layers(SequencedMap<String, Double> layers) {
        return json.writeValueAsString(layers);
    }

    /// The scores of what [#layers(SequencedMap)] gave.
    SequencedMap<String, Double> layers(String text) {
        return new LinkedHashMap<>(json.readValue(text, LAYERS));
    }
}
