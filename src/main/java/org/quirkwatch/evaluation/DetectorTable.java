package org.quirkwatch.evaluation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.quirkwatch.detector.Rule;
import org.quirkwatch.detector.Rules;
import org.quirkwatch.feature.FeatureKind;
import org.quirkwatch.feature.FeatureKinds;

/// Which features go with which rules.
public final class DetectorTable {

    private static final String ACTIVATION = "activation";
    private static final String SAE = "sae";

    /// One number each.
    private static final List<String> SINGLE =
            List.of("surprisal", "misconception-contrast", "iterative-rephrase");

    /// Made for sparse latents, latents of a flow, and single numbers.
    private static final List<String> SPECIAL = List.of("l0", "laplace", "value");

    /// Networks trained per layer: dearer than all other rules together.
    private static final List<String> TRAINED = List.of("vae", "flow");

    private static final List<String> COMBINED =
            List.of(
                    "concat(attribution-mean)",
                    "merge(activation+attribution-mean)",
                    "activation+attribution-mean",
                    "activation+probe-shift-mean");

    private DetectorTable() {}

    /// The features that are evaluated when none is named. The exact forms of attribution, which
    /// take a pass per head, are left out, and `sae` where there is no autoencoder.
    ///
    /// @param sae whether there is a sparse autoencoder
    public static List<String> features(boolean sae) {
        List<String> features = new ArrayList<>();
        for (FeatureKind kind : FeatureKinds.list()) {
            String name = kind.name();
            if (!name.endsWith("-exact") && (sae || !name.equals(SAE))) {
                features.add(name);
            }
        }
        features.addAll(COMBINED);
        return List.copyOf(features);
    }

    /// The rules that make sense with a feature.
    ///
    /// @param feature as [DetectorChoice] has it
    /// @return names; without those that train a network, but for activations
    public static List<String> rules(String feature) {
        if (SINGLE.contains(feature)) {
            return List.of("value");
        }
        List<String> rules = new ArrayList<>();
        for (Rule rule : Rules.all()) {
            // What is one layer has no other to be compared with.
            boolean one = feature.equals(SAE) || feature.startsWith("concat(");
            boolean comparable = !rule.name().equals("ted") || !one;
            boolean special =
                    switch (rule.name()) {
                        case "l0" -> feature.equals(SAE);
                        case "laplace" -> feature.equals("flow");
                        default -> false;
                    };
            boolean general =
                    !SPECIAL.contains(rule.name())
                            && (feature.equals(ACTIVATION) || !TRAINED.contains(rule.name()));
            if (comparable && (special || general)) {
                rules.add(rule.name());
            }
        }
        return List.copyOf(rules);
    }

    /// The detectors of the method and some more: each feature with the rules that the paper scores
    /// it with, and each rule on activations.
    public static List<DetectorChoice> standard() {
        SequencedMap<String, List<String>> table = new LinkedHashMap<>();
        table.put(ACTIVATION, rules(ACTIVATION));
        table.put("layer-difference", List.of("mahalanobis", "diagonal", "lof"));
        List<String> effects = List.of("mahalanobis", "lof", "isolation-forest", "quantum-entropy");
        table.put("attribution-mean", effects);
        table.put("attribution-pcs", effects);
        table.put("probe-shift-mean", List.of("mahalanobis", "lof", "quantum-entropy"));
        SINGLE.forEach(feature -> table.put(feature, rules(feature)));
        table.put("concat(attribution-mean)", List.of("mahalanobis", "lof", "quantum-entropy"));
        table.put("merge(activation+attribution-mean)", List.of("mahalanobis", "lof"));
        table.put("activation+attribution-mean", List.of("mahalanobis", "lof"));
        table.put("activation+probe-shift-mean", List.of("mahalanobis", "lof"));
        return all(table);
    }

    /// The detectors of a table.
    ///
    /// @param table rules of each feature, with options as [DetectorChoice#of] has them
    public static List<DetectorChoice> all(Map<String, List<String>> table) {
        List<DetectorChoice> all = new ArrayList<>();
        table.forEach((feature, rules) ->
                rules.forEach(rule -> all.add(DetectorChoice.of(feature, rule))));
        return List.copyOf(all);
    }
}
