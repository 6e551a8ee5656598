package org.quirkwatch.artifact;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.quirkwatch.feature.FeatureExtractor;
import org.quirkwatch.linalg.FittedState;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.model.HookPoint;
import org.quirkwatch.model.Position;
import org.quirkwatch.model.Quantity;
import org.quirkwatch.model.Tap;
import org.quirkwatch.torch.DType;

/// What `manifest.json` says. Its canonical form, over which the digest goes, is the JSON of these
/// fields with sorted names, no spaces, and an empty digest; a file may be laid out differently.
///
/// @param digest of the canonical form, which covers the tensors and the other files by their own
///   digests
/// @param files the other files that belong to it, and their digests; left out where there are none
record Manifest(
        String format,
        int formatVersion,
        String id,
        String digest,
        List<FeatureEntry> features,
        String combination,
        String rule,
        List<LayerEntry> layers,
        String aggregation,
        Provenance provenance,
        String tensorsDigest,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, String> files) {

    static final String FORMAT = "quirkwatch-detector";
    static final int FORMAT_VERSION = 2;

    static final String SCALE_SCORES = "scale/scores";
    static final String CALIBRATION_SCORES = "calibration/scores";
    private static final String EXAMPLES = "examples/rows/";

    /// @param quantity `activation`, `gradient-of-log-odds`, `gradient-of-log-prob`,
    ///   `gradient-of-contrast` or `gradient-of-read-out-B` of a block B
    record TapEntry(String hookPoint, String position, String quantity) {
        static TapEntry of(Tap tap) {
            return new TapEntry(
                    tap.point().toString(), tap.position().text(), quantity(tap.quantity()));
        }

        Tap tap() {
            return new Tap(HookPoint.parse(hookPoint), Position.parse(position), parsed());
        }

        private static final Pattern OF_READOUT =
                Pattern.compile("gradient-of-read-out-(\\d{1,4})");

        private Quantity parsed() {
            Matcher readout = OF_READOUT.matcher(quantity);
            if (readout.matches()) {
                return new Quantity.ReadoutGradient(Integer.parseInt(readout.group(1)));
            }
            for (Quantity known :
                    List.of(
                            new Quantity.Activation(),
                            new Quantity.Gradient(Quantity.Objective.LOG_ODDS),
                            new Quantity.Gradient(Quantity.Objective.LOG_PROB),
                            new Quantity.Gradient(Quantity.Objective.CONTRAST))) {
                if (quantity(known).equals(quantity)) {
                    return known;
                }
            }
            throw new IllegalArgumentException(
                    "quantity must be activation, gradient-of-log-odds, gradient-of-log-prob,"
                            + " gradient-of-contrast or gradient-of-read-out-BLOCK");
        }

        private static String quantity(Quantity quantity) {
            return switch (quantity) {
                case Quantity.Activation() -> "activation";
                case Quantity.Gradient(Quantity.Objective objective) ->
                        switch (objective) {
                            case LOG_ODDS -> "gradient-of-log-odds";
                            case LOG_PROB -> "gradient-of-log-prob";
                            case CONTRAST -> "gradient-of-contrast";
                        };
                case Quantity.ReadoutGradient(int block) -> "gradient-of-read-out-" + block;
            };
        }
    }

    /// @param name the feature's kind
    /// @param taps what it reads
    /// @param numbers of its fitted state
    /// @param tensors the names of its tensors and their shapes, `[rows, columns]`
    record FeatureEntry(
            String name,
            List<TapEntry> taps,
            Map<String, Double> numbers,
            Map<String, List<Integer>> tensors) {
        static FeatureEntry of(FeatureExtractor feature) {
            return new FeatureEntry(
                    feature.name(),
                    feature.taps().stream().map(TapEntry::of).toList(),
                    feature.state().numbers(),
                    shapes(feature.state()));
        }
    }

    /// @param numbers of the layer's fitted state
    /// @param tensors the names of its tensors and their shapes, `[rows, columns]`
    record LayerEntry(
            String name, Map<String, Double> numbers, Map<String, List<Integer>> tensors) {
        static LayerEntry of(String name, FittedState state) {
            return new LayerEntry(name, state.numbers(), shapes(state));
        }
    }

    private static Map<String, List<Integer>> shapes(FittedState state) {
        Map<String, List<Integer>> shapes = new TreeMap<>();
        state.tensors()
                .forEach(
                        (key, matrix) -> shapes.put(key, List.of(matrix.rows(), matrix.columns())));
        return shapes;
    }

    static Manifest of(Artifact artifact) {
        List<LayerEntry> layers = new ArrayList<>();
        artifact.detector()
                .layers()
                .states()
                .forEach((name, state) -> layers.add(LayerEntry.of(name, state)));
        Manifest unsigned =
                new Manifest(
                        FORMAT,
                        FORMAT_VERSION,
                        artifact.id(),
                        "",
                        artifact.features().parts().stream().map(FeatureEntry::of).toList(),
                        artifact.features().combination().text(),
                        artifact.detector().rule(),
                        layers,
                        artifact.detector().aggregation().text(),
                        artifact.provenance(),
                        Digest.of(tensors(artifact)),
                        files(artifact));
        return unsigned.withDigest(Digest.of(ManifestJson.canonical(unsigned)));
    }

    private static Map<String, String> files(Artifact artifact) {
        TrustedExamples examples = artifact.kept().examples();
        return examples.isEmpty()
                ? Map.of()
                : Map.of(ExamplesFile.NAME, Digest.of(ExamplesFile.write(examples.texts())));
    }

    /// Every tensor of an artifact by its name in the file.
    static SortedMap<String, Matrix> tensors(Artifact artifact) {
        TreeMap<String, Matrix> tensors = new TreeMap<>();
        for (FeatureExtractor feature : artifact.features().parts()) {
            feature.state()
                    .tensors()
                    .forEach((key, matrix) ->
                            tensors.put(featureTensor(feature.name(), key), matrix));
        }
        artifact.detector()
                .layers()
                .states()
                .forEach((layer, state) ->
                        state.tensors()
                                .forEach((key, matrix) -> tensors.put(tensor(layer, key), matrix)));
        KeptRows kept = artifact.kept();
        kept.headMeans().forEach((layer, mean) -> tensors.put(headMean(layer), mean));
        kept.scale().forEach((layer, rows) -> tensors.put(scaleRows(layer), rows));
        kept.calibration().forEach((layer, rows) -> tensors.put(calibrationRows(layer), rows));
        kept.examples().features().forEach((layer, rows) -> tensors.put(exampleRows(layer), rows));
        tensors.put(SCALE_SCORES, artifact.detector().scale().scores());
        tensors.put(CALIBRATION_SCORES, vector(artifact.calibration().scores()));
        return tensors;
    }

    /// The name in the file of a feature's tensor.
    static String featureTensor(String feature, String key) {
        return "features/" + feature + "/" + key;
    }

    /// The name in the file of a layer's tensor.
    static String tensor(String layer, String key) {
        return "layers/" + layer + "/" + key;
    }

    /// The name in the file of the mean of a layer with heads, which need not be there.
    static String headMean(String layer) {
        return "heads/mean/" + layer;
    }

    /// The name in the file of a layer's rows of the scale, which need not be there.
    static String scaleRows(String layer) {
        return "scale/rows/" + layer;
    }

    /// The name in the file of a layer's rows of the calibration, which need not be there.
    static String calibrationRows(String layer) {
        return "calibration/rows/" + layer;
    }

    /// The name in the file of a layer's features of the examples, which need not be there.
    static String exampleRows(String layer) {
        return EXAMPLES + layer;
    }

    /// The number format of a tensor by its name in the file.
    static DType dtype(String name) {
        return name.startsWith(EXAMPLES) ? DType.FLOAT32 : DType.FLOAT64;
    }

    private Manifest withDigest(String value) {
        return new Manifest(
                format,
                formatVersion,
                id,
                value,
                features,
                combination,
                rule,
                layers,
                aggregation,
                provenance,
                tensorsDigest,
                files);
    }

    private static Matrix vector(double[] values) {
        return Matrix.wrap(1, values.length, values);
    }
}
