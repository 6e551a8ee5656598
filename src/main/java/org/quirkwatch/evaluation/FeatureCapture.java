package org.quirkwatch.evaluation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.quirkwatch.detector.Aggregation;
import org.quirkwatch.feature.Combination;
import org.quirkwatch.feature.FeatureExtractor;
import org.quirkwatch.feature.FeatureKinds;
import org.quirkwatch.feature.FeatureLayer;
import org.quirkwatch.feature.FeatureSet;
import org.quirkwatch.fitting.FeatureFit;
import org.quirkwatch.fitting.FitOptions;
import org.quirkwatch.fitting.LayerRows;
import org.quirkwatch.fitting.ModelRows;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.model.HookedModel;
import org.quirkwatch.model.Position;
import org.quirkwatch.model.TokenizedSignal;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.signal.Signal;

/// Gets the features of rows: from what is kept, and where something is missing from the model, in
/// one pass for all features that miss. For one thread.
final class FeatureCapture {

    /// Rows whose features are held at once.
    private static final int CHUNK = 256;

    private final LazyModel model;
    private final FeatureCache cache;
    private final Consumer<String> status;

    /// @param status told now and then what is being done
    FeatureCapture(LazyModel model, FeatureCache cache, Consumer<String> status) {
        this.model = model;
        this.cache = cache;
        this.status = status;
    }

    /// Some rows.
    ///
    /// @param name `trusted`, `untrusted` or `test`
    /// @param signals one or more
    /// @param digest of the signals
    record Rows(String name, List<Signal> signals, String digest) {
        static Rows of(String name, List<EvaluationRow> rows) {
            List<Signal> signals = EvaluationData.signals(rows);
            return new Rows(name, signals, Sha256.ofRows(signals));
        }
    }

    /// Rows whose features belong together.
    ///
    /// @param sets trusted ones first
    /// @param learning numbers of the trusted rows that features may learn from
    record Wanted(List<Rows> sets, List<Integer> learning) {
        List<Signal> teachers() {
            return learning.stream()
                    .limit(FeatureFit.MOST_ROWS)
                    .map(sets.getFirst().signals()::get)
                    .toList();
        }
    }

    /// Sees to it that all features are kept, as far as there is room.
    ///
    /// @param features names of features
    void prepare(List<FeatureText> features, Wanted wanted) {
        List<String> parts = features.stream().flatMap(f -> f.parts().stream()).distinct().toList();
        String teachers = Sha256.ofRows(wanted.teachers());
        List<String> missing = parts.stream().filter(p -> misses(p, wanted, teachers)).toList();
        if (missing.size() > 1) {
            try {
                capture(missing, wanted, teachers);
            } catch (Problem e) {
                // One of them cannot be had of this model: each will be tried by itself.
                status.accept("features one by one");
            }
        }
    }

    private boolean misses(String part, Wanted wanted, String teachers) {
        try {
            for (Rows rows : wanted.sets()) {
                if (!cache.has(key(part, rows, teachers))) {
                    return true;
                }
            }
            return false;
        } catch (Problem e) {
            // A feature that this model cannot have is not asked of it together with others.
            return false;
        }
    }

    /// The features of rows.
    ///
    /// @return in the order of the sets
    /// @throws Problem when the model cannot have the feature, or rows lack something
    List<LayerRows> get(FeatureText feature, Wanted wanted) {
        String teachers = Sha256.ofRows(wanted.teachers());
        List<LayerRows> all = new ArrayList<>();
        for (Rows rows : wanted.sets()) {
            List<FeatureLayer> layers = new ArrayList<>();
            SequencedMap<String, Matrix> matrices = new LinkedHashMap<>();
            for (String part : feature.parts()) {
                FeatureCache.Kept kept = get(part, rows, wanted, teachers);
                layers.addAll(kept.layers());
                matrices.putAll(kept.matrices());
            }
            all.add(
                    new LayerRows(
                            rows.name() + " rows",
                            FeatureSet.combined(feature.combination(), layers, matrices)
                                    .byLayer()));
        }
        return all;
    }

    private FeatureCache.Kept get(String part, Rows rows, Wanted wanted, String teachers) {
        FeatureKey key = key(part, rows, teachers);
        int size = rows.signals().size();
        Optional<FeatureCache.Kept> kept = cache.find(key, size);
        if (kept.isPresent()) {
            return kept.get();
        }
        capture(List.of(part), wanted, teachers);
        return cache.find(key, size)
                .orElseThrow(() ->
                        new Problem(
                                ProblemCode.INVALID_FILE,
                                "the features %s are gone as soon as they are kept"
                                        .formatted(part)));
    }

    private FeatureKey key(String part, Rows rows, String teachers) {
        EvaluationModel of = model.model();
        boolean learns = FeatureKinds.named(part).of(of.view()).fitter().learns();
        return new FeatureKey(
                of.text(), of.look().text(), part, rows.digest(), learns ? teachers : "");
    }

    private void capture(List<String> parts, Wanted wanted, String teachers) {
        HookedModel hooked = model.get();
        FeatureFit fit = FeatureFit.of(hooked, options(parts));
        status.accept("learning " + String.join(", ", parts));
        FeatureSet features =
                fit.fit(
                        hooked,
                        tokens(hooked, fit, wanted.sets().getFirst().name(), wanted.teachers()));
        for (Rows rows : wanted.sets()) {
            List<String> missing =
                    parts.stream().filter(p -> !cache.has(key(p, rows, teachers))).toList();
            if (!missing.isEmpty()) {
                capture(hooked, fit, features, missing, rows, teachers);
            }
        }
        cache.trim(
                wanted.sets().stream()
                        .map(rows -> key(parts.getFirst(), rows, teachers).fileName())
                        .collect(Collectors.toSet()));
    }

    private void capture(
            HookedModel hooked,
            FeatureFit fit,
            FeatureSet features,
            List<String> missing,
            Rows rows,
            String teachers) {
        List<TokenizedSignal> tokens = tokens(hooked, fit, rows.name(), rows.signals());
        List<FeatureExtractor> parts =
                features.parts().stream().filter(p -> missing.contains(p.name())).toList();
        Map<String, FeatureCache.Writer> writers = new LinkedHashMap<>();
        try {
            for (int from = 0; from < tokens.size(); from += CHUNK) {
                List<TokenizedSignal> chunk =
                        tokens.subList(from, Math.min(tokens.size(), from + CHUNK));
                status.accept(
                        "%s rows through the model, %d of %d"
                                .formatted(rows.name(), from, tokens.size()));
                Map<String, float[]> values = read(hooked, features, chunk);
                for (FeatureExtractor part : parts) {
                    FeatureCache.Writer writer =
                            writers.computeIfAbsent(
                                    part.name(),
                                    name ->
                                            cache.create(
                                                    key(name, rows, teachers),
                                                    tokens.size(),
                                                    part.layers(),
                                                    widths(values, chunk.size())));
                    part.layers()
                            .forEach(layer ->
                                    writer.write(
                                            layer.name(),
                                            java.util.Objects.requireNonNull(
                                                    values.get(layer.name()))));
                }
            }
            writers.values().forEach(FeatureCache.Writer::commit);
        } finally {
            writers.values().forEach(FeatureCache.Writer::close);
        }
    }

    private static Map<String, Integer> widths(Map<String, float[]> values, int rows) {
        return values.entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, e -> e.getValue().length / rows));
    }

    /// The layers of a chunk, in the order of its rows.
    private static Map<String, float[]> read(
            HookedModel hooked, FeatureSet features, List<TokenizedSignal> chunk) {
        Map<String, float[]> values = new LinkedHashMap<>();
        new ModelRows(hooked, features, chunk)
                .read(
                        IntStream.range(0, chunk.size()).boxed().toList(),
                        (places, batch) ->
                                batch.forEach((layer, matrix) -> {
                                    int width = matrix.columns();
                                    float[] all =
                                            values.computeIfAbsent(
                                                    layer, l -> new float[chunk.size() * width]);
                                    for (int i = 0; i < places.size(); i++) {
                                        for (int c = 0; c < width; c++) {
                                            all[places.get(i) * width + c] =
                                                    (float) matrix.get(i, c);
                                        }
                                    }
                                }));
        return values;
    }

    private static List<TokenizedSignal> tokens(
            HookedModel hooked, FeatureFit fit, String what, List<Signal> signals) {
        boolean labels = fit.needsLabels();
        return signals.stream()
                .map(signal -> {
                    if (labels && signal.label() == null) {
                        throw new Problem(
                                ProblemCode.INVALID_SIGNAL,
                                "%s signal %s has no label, and the feature looks at it"
                                        .formatted(what, signal.id()));
                    }
                    try {
                        return hooked.tokenize(signal);
                    } catch (Problem e) {
                        throw new Problem(
                                e.code(),
                                "%s signal %s: %s".formatted(what, signal.id(), e.detail()),
                                e);
                    }
                })
                .toList();
    }

    private FitOptions options(List<String> parts) {
        FitOptions plain = FitOptions.defaults("evaluation");
        EvaluationModel.Look look = model.model().look();
        return new FitOptions(
                plain.id(),
                parts,
                Combination.ENSEMBLE,
                look.layers(),
                List.of(),
                List.of(Position.LAST),
                look.sae().map(SaeFolder::path),
                plain.rule(),
                Map.of(),
                Aggregation.MEAN,
                plain.calibrationShare(),
                plain.seed());
    }
}
