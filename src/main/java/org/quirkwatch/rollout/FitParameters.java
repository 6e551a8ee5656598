package org.quirkwatch.rollout;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.artifact.Artifact;
import org.quirkwatch.artifact.TrustedExamples;
import org.quirkwatch.detector.Aggregation;
import org.quirkwatch.detector.Rules;
import org.quirkwatch.feature.Combination;
import org.quirkwatch.fitting.FeatureFit;
import org.quirkwatch.fitting.FitOptions;
import org.quirkwatch.model.HookPoint;
import org.quirkwatch.model.HookedModel;
import org.quirkwatch.model.Position;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.springframework.util.MultiValueMap;

/// How a detector is fitted over HTTP, as texts: what the command `fit` takes, but a sparse
/// autoencoder's folder.
///
/// @param id the detector's name
/// @param feature the features' names; empty for the default
/// @param combine how the layers of several are put together
/// @param layers the blocks to look at; empty for those that a feature looks at by itself
/// @param hookPoints what is looked at instead of layers; empty as well
/// @param position where it is looked at
/// @param rule the scoring rule's name
/// @param set its options
/// @param aggregation how the layers' scores become one
/// @param calibrationShare share of the trusted signals that calibrates
/// @param seed of the split
/// @param keepExamples trusted signals that the artifact keeps with their texts; null for as many
///   as `fit` keeps by itself
/// @param untrusted how many of the last lines are untrusted signals
/// @param actor who asks
record FitParameters(
        String id,
        List<String> feature,
        String combine,
        List<Integer> layers,
        @JsonProperty("hook_points") List<String> hookPoints,
        List<String> position,
        String rule,
        Map<String, String> set,
        String aggregation,
        @JsonProperty("calibration_share") double calibrationShare,
        long seed,
        @JsonProperty("keep_examples") @Nullable Integer keepExamples,
        long untrusted,
        String actor) {

    private static final int MAX_CHARS = 4_096;

    /// The parameters of a query; what is absent has the default of the command `fit`.
    ///
    /// @throws Problem `invalid-fit` for a value that is none, `invalid-request` for a name that is
    ///   none
    static FitParameters of(MultiValueMap<String, String> query, String actor) {
        List<String> known =
                List.of(
                        "id",
                        "feature",
                        "combine",
                        "layers",
                        "hook_points",
                        "position",
                        "rule",
                        "set",
                        "aggregation",
                        "calibration_share",
                        "seed",
                        "keep_examples",
                        "untrusted");
        query.forEach((name, values) -> {
            if (!known.contains(name)) {
                throw new Problem(
                        ProblemCode.INVALID_REQUEST,
                        "there is no such parameter, only %s".formatted(String.join(", ", known)));
            }
            if (values.size() > 1 && !name.equals("set")) {
                throw invalid("%s is given %d times".formatted(name, values.size()));
            }
            if (String.join("", values).length() > MAX_CHARS) {
                throw invalid("%s has more than %d characters".formatted(name, MAX_CHARS));
            }
        });
        Map<String, String> set = new LinkedHashMap<>();
        for (String pair : query.getOrDefault("set", List.of())) {
            int sign = pair.indexOf('=');
            if (sign < 1) {
                throw invalid("set must be OPTION=VALUE, got \"%s\"".formatted(pair));
            }
            set.put(pair.substring(0, sign), pair.substring(sign + 1));
        }
        List<Integer> layers = new ArrayList<>();
        list(query, "layers").forEach(layer -> layers.add((int) whole("layers", layer, 100_000)));
        String share = text(query, "calibration_share", "0.5");
        return new FitParameters(
                text(query, "id", ""),
                list(query, "feature"),
                text(query, "combine", Combination.ENSEMBLE.text()),
                layers,
                list(query, "hook_points"),
                list(query, "position"),
                text(query, "rule", "mahalanobis"),
                set,
                text(query, "aggregation", Aggregation.STANDARDISED_MEAN.text()),
                share(share),
                seed(text(query, "seed", "0")),
                (int)
                        whole(
                                "keep_examples",
                                text(query, "keep_examples", String.valueOf(FitOptions.EXAMPLES)),
                                TrustedExamples.MOST),
                whole("untrusted", text(query, "untrusted", "0"), Integer.MAX_VALUE),
                actor);
    }

    /// Checks all that can be checked before a signal is read.
    ///
    /// @param hasUntrusted whether there are untrusted signals
    /// @throws Problem `invalid-fit`
    void require(HookedModel model, boolean hasUntrusted) {
        Artifact.requireId(id);
        var detector = Rules.detector(rule, set);
        if (detector.rule().offline() != hasUntrusted) {
            throw invalid(
                    detector.rule().offline()
                            ? "the rule %s needs untrusted signals to learn from too"
                                    .formatted(rule)
                            : "the rule %s learns from trusted signals only".formatted(rule));
        }
        FeatureFit.of(model, options());
    }

    FitOptions options() {
        if (!layers.isEmpty() && !hookPoints.isEmpty()) {
            throw invalid("layers and hook_points exclude each other");
        }
        try {
            return new FitOptions(
                    id,
                    feature.isEmpty()
                            ? List.of(hookPoints.isEmpty() ? "layer-difference" : "activation")
                            : feature,
                    Combination.parse(combine),
                    layers,
                    hookPoints.stream().map(HookPoint::parse).toList(),
                    position.isEmpty()
                            ? List.of(Position.LAST)
                            : position.stream().map(Position::parse).toList(),
                    Optional.empty(),
                    rule,
                    set,
                    Aggregation.parse(aggregation),
                    calibrationShare,
                    seed,
                    keepExamples == null ? FitOptions.EXAMPLES : keepExamples);
        } catch (IllegalArgumentException e) {
            throw new Problem(ProblemCode.INVALID_FIT, String.valueOf(e.getMessage()), e);
        }
    }

    private static String text(MultiValueMap<String, String> query, String name, String otherwise) {
        String value = query.getFirst(name);
        return value == null || value.isBlank() ? otherwise : value.strip();
    }

    private static List<String> list(MultiValueMap<String, String> query, String name) {
        String value = text(query, name, "");
        return value.isEmpty() ? List.of() : List.of(value.split("\\s*,\\s*"));
    }

    private static double share(String text) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw invalid("calibration_share must be a number, got \"%s\"".formatted(text));
        }
    }

    private static long seed(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw invalid("seed must be a whole number, got \"%s\"".formatted(text));
        }
    }

    private static long whole(String name, String text, long most) {
        try {
            long value = Long.parseLong(text);
            if (value >= 0 && value <= most) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw invalid("%s must be 0 to %d, got \"%s\"".formatted(name, most, text));
    }

    private static Problem invalid(String detail) {
        return new Problem(ProblemCode.INVALID_FIT, detail);
    }
}
