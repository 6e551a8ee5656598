package org.quirkwatch.signal;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A training signal: a prompt and the label that somebody or something gave it.
///
/// @param id the caller's name for it, or one that was made for it; not blank
/// @param prompt the text that the model reads; not blank
/// @param label the text that is scored as its continuation, leading space included where the
///   tokenizer wants one; null only where a command says that it may be absent
/// @param choices the possible labels, two or more with `label` among them, or empty: they give the
///   objective (log-odds of the label against the others)
/// @param policy the policy to judge by, or null for the default
/// @param metadata the caller's own notes, not looked at
/// @param named whether the id is the caller's own, rather than made for it
public record Signal(
        String id,
        String prompt,
        @Nullable String label,
        List<String> choices,
        @Nullable String policy,
        Map<String, Object> metadata,
        boolean named) {

    /// Copies the collections, in their order.
    public Signal {
        choices = List.copyOf(choices);
        metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
    }

    /// A signal that its caller has named.
    public Signal(
            String id,
            String prompt,
            @Nullable String label,
            List<String> choices,
            @Nullable String policy,
            Map<String, Object> metadata) {
        this(id, prompt, label, choices, policy, metadata, true);
    }

    /// A signal without policy and metadata.
    public Signal(String id, String prompt, @Nullable String label, List<String> choices) {
        this(id, prompt, label, choices, null, Map.of());
    }
}
