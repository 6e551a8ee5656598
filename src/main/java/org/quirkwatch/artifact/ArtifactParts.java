package org.quirkwatch.artifact;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.calibration.Calibration;
import org.quirkwatch.detector.Aggregation;
import org.quirkwatch.detector.FittedLayers;
import org.quirkwatch.detector.LayerScale;
import org.quirkwatch.detector.LayeredDetector;
import org.quirkwatch.detector.Rule;
import org.quirkwatch.detector.Rules;
import org.quirkwatch.feature.Combination;
import org.quirkwatch.feature.FeatureExtractor;
import org.quirkwatch.feature.FeatureKinds;
import org.quirkwatch.feature.FeatureSet;
import org.quirkwatch.linalg.FittedState;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.problem.Problem;

/// What an artifact's files hold, read and with the shapes that the manifest says, on the way to
/// what it means.
///
/// @param tensors by name
/// @param examples the texts of the trusted examples; none where none are kept
record ArtifactParts(
        Manifest manifest, SortedMap<String, Matrix> tensors, List<TrustedExamples.Text> examples) {

    /// The artifact that they make.
    ///
    /// @throws Problem `invalid-artifact` naming the part that does not fit the others
    Artifact assemble() {
        FeatureSet features = features();
        Rule rule;
        try {
            rule = Rules.named(manifest.rule());
        } catch (Problem e) {
            throw InvalidArtifact.of(ArtifactDirectory.MANIFEST, e);
        }
        SequencedMap<String, FittedState> states = new LinkedHashMap<>();
        for (Manifest.LayerEntry layer : manifest.layers()) {
            Map<String, Matrix> own = new TreeMap<>();
            for (String key : layer.tensors().keySet()) {
                own.put(key, vouched(Manifest.tensor(layer.name(), key)));
            }
            try {
                states.put(layer.name(), new FittedState(layer.numbers(), own));
            } catch (IllegalArgumentException e) {
                throw InvalidArtifact.of(ArtifactDirectory.TENSORS, "layer " + layer.name(), e);
            }
        }
        FittedLayers layers;
        try {
            layers = rule.restore(states);
        } catch (IllegalArgumentException e) {
            throw InvalidArtifact.of(ArtifactDirectory.TENSORS, e);
        }
        LayerScale scale;
        Calibration calibration;
        try {
            scale = LayerScale.of(vouched(Manifest.SCALE_SCORES));
        } catch (IllegalArgumentException e) {
            throw InvalidArtifact.of(
                    ArtifactDirectory.TENSORS, "tensor " + Manifest.SCALE_SCORES, e);
        }
        try {
            calibration = new Calibration(vouched(Manifest.CALIBRATION_SCORES).row(0));
        } catch (Problem e) {
            throw InvalidArtifact.of(
                    ArtifactDirectory.TENSORS, "tensor " + Manifest.CALIBRATION_SCORES, e);
        }
        try {
            return new Artifact(
                    manifest.id(),
                    features,
                    new LayeredDetector(layers, Aggregation.parse(manifest.aggregation()), scale),
                    calibration,
                    manifest.provenance(),
                    kept());
        } catch (Problem | IllegalArgumentException e) {
            throw InvalidArtifact.of(ArtifactDirectory.MANIFEST, e);
        }
    }

    private KeptRows kept() {
        SequencedMap<String, Matrix> means = new LinkedHashMap<>();
        SequencedMap<String, Matrix> scale = new LinkedHashMap<>();
        SequencedMap<String, Matrix> calibration = new LinkedHashMap<>();
        SequencedMap<String, Matrix> seen = new LinkedHashMap<>();
        for (Manifest.LayerEntry layer : manifest.layers()) {
            put(means, layer.name(), tensors.get(Manifest.headMean(layer.name())));
            put(scale, layer.name(), tensors.get(Manifest.scaleRows(layer.name())));
            put(calibration, layer.name(), tensors.get(Manifest.calibrationRows(layer.name())));
            put(seen, layer.name(), tensors.get(Manifest.exampleRows(layer.name())));
        }
        return new KeptRows(means, scale, calibration, new TrustedExamples(examples, seen));
    }

    private static void put(Map<String, Matrix> to, String layer, @Nullable Matrix matrix) {
        if (matrix != null) {
            to.put(layer, matrix);
        }
    }

    private FeatureSet features() {
        List<FeatureExtractor> features = new ArrayList<>();
        for (Manifest.FeatureEntry entry : manifest.features()) {
            Map<String, Matrix> own = new TreeMap<>();
            for (String key : entry.tensors().keySet()) {
                own.put(key, vouched(Manifest.featureTensor(entry.name(), key)));
            }
            try {
                features.add(
                        FeatureKinds.named(entry.name())
                                .restore(
                                        entry.taps().stream().map(Manifest.TapEntry::tap).toList(),
                                        new FittedState(entry.numbers(), own)));
            } catch (Problem | IllegalArgumentException e) {
                throw InvalidArtifact.of(ArtifactDirectory.MANIFEST, "feature " + entry.name(), e);
            }
        }
        try {
            return new FeatureSet(features, Combination.parse(manifest.combination()));
        } catch (Problem | IllegalArgumentException e) {
            throw InvalidArtifact.of(ArtifactDirectory.MANIFEST, e);
        }
    }

    private Matrix vouched(String name) {
        Matrix matrix = tensors.get(name);
        if (matrix == null) {
            throw new IllegalStateException("tensor %s was read before".formatted(name));
        }
        return matrix;
    }
}
