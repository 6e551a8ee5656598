package org.quirkwatch.artifact;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.calibration.Calibration;
import org.quirkwatch.checkpoint.SafetensorsFile;
import org.quirkwatch.checkpoint.TensorInfo;
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
import org.quirkwatch.problem.ProblemCode;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DatabindException;

/// Reads an artifact and believes nothing: sizes are checked before anything is allocated, names
/// and shapes against the manifest, values by the types that hold them, everything by the digest.
final class ArtifactReader {

    private static final int MOST_MANIFEST_BYTES = 4 << 20;
    private static final int MOST_LAYERS = 1024;
    private static final int MOST_FEATURES = 64;
    private static final int MOST_WIDTH = 1 << 20;

    /// 2 GiB of numbers.
    private static final long MOST_ELEMENTS = 1L << 28;

    private final Path directory;

    private final SignaturePolicy signatures;

    ArtifactReader(Path directory, SignaturePolicy signatures) {
        this.directory = directory;
        this.signatures = signatures;
    }

    Artifact read() {
        Manifest manifest = manifest();
        List<TrustedExamples.Text> examples = examples(manifest);
        SortedMap<String, Matrix> tensors = tensors(manifest, examples.size());
        String tensorsDigest = Digest.of(tensors);
        if (!tensorsDigest.equals(manifest.tensorsDigest())) {
            throw invalid(
                    ArtifactDirectory.TENSORS,
                    "digest %s expected, found %s"
                            .formatted(manifest.tensorsDigest(), tensorsDigest));
        }
        Artifact artifact = assemble(manifest, tensors, examples);
        if (!artifact.digest().equals(manifest.digest())) {
            throw invalid(
                    ArtifactDirectory.MANIFEST,
                    "field digest is %s, the contents have %s: something was changed by hand"
                            .formatted(manifest.digest(), artifact.digest()));
        }
        return artifact;
    }

    private Manifest manifest() {
        Path file = directory.resolve(ArtifactDirectory.MANIFEST);
        if (!Files.isRegularFile(file)) {
            throw invalid(ArtifactDirectory.MANIFEST, "there is no such file: no artifact");
        }
        byte[] json = bytes(ArtifactDirectory.MANIFEST, MOST_MANIFEST_BYTES);
        signatures.check(directory, json);
        try {
            return ManifestJson.parse(json);
        } catch (DatabindException e) {
            throw new Problem(
                    ProblemCode.INVALID_ARTIFACT,
                    "%s: field %s: %s"
                            .formatted(
                                    ArtifactDirectory.MANIFEST,
                                    ManifestJson.field(e),
                                    shortened(e.getOriginalMessage())),
                    e);
        } catch (JacksonException e) {
            throw new Problem(
                    ProblemCode.INVALID_ARTIFACT,
                    "%s: not well-formed JSON: %s"
                            .formatted(
                                    ArtifactDirectory.MANIFEST, shortened(e.getOriginalMessage())),
                    e);
        } catch (IllegalArgumentException e) {
            throw invalid(ArtifactDirectory.MANIFEST, e);
        }
    }

    private byte[] bytes(String name, int most) {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(directory.resolve(name))) {
            bytes = in.readNBytes(most + 1);
        } catch (IOException e) {
            throw new Problem(ProblemCode.INVALID_ARTIFACT, name + ": cannot be read", e);
        }
        if (bytes.length > most) {
            throw invalid(name, "more than %d bytes, which is the limit".formatted(most));
        }
        return bytes;
    }

    private List<TrustedExamples.Text> examples(Manifest manifest) {
        for (String name : manifest.files().keySet()) {
            if (!name.equals(ExamplesFile.NAME)) {
                throw invalid(
                        ArtifactDirectory.MANIFEST,
                        "field files may name %s only".formatted(ExamplesFile.NAME));
            }
        }
        String expected = manifest.files().get(ExamplesFile.NAME);
        if (expected == null) {
            return List.of();
        }
        byte[] lines = bytes(ExamplesFile.NAME, ExamplesFile.MOST_BYTES);
        String found = Digest.of(lines);
        if (!found.equals(expected)) {
            throw invalid(
                    ExamplesFile.NAME, "digest %s expected, found %s".formatted(expected, found));
        }
        try {
            return ExamplesFile.read(lines);
        } catch (IllegalArgumentException e) {
            throw invalid(ExamplesFile.NAME, e);
        }
    }

    /// The shape of every tensor that the file must hold, `[rows, columns]`.
    private static SortedMap<String, List<Integer>> expectedShapes(Manifest manifest) {
        if (!(manifest.layers().size() >= 1 && manifest.layers().size() <= MOST_LAYERS)) {
            throw invalid(
                    ArtifactDirectory.MANIFEST,
                    "field layers must have 1 to %d entries, got %d"
                            .formatted(MOST_LAYERS, manifest.layers().size()));
        }
        if (!(manifest.features().size() >= 1 && manifest.features().size() <= MOST_FEATURES)) {
            throw invalid(
                    ArtifactDirectory.MANIFEST,
                    "field features must have 1 to %d entries, got %d"
                            .formatted(MOST_FEATURES, manifest.features().size()));
        }
        TreeMap<String, List<Integer>> shapes = new TreeMap<>();
        for (Manifest.FeatureEntry feature : manifest.features()) {
            feature.tensors()
                    .forEach((key, shape) ->
                            shapes.put(Manifest.featureTensor(feature.name(), key), shape));
        }
        Set<String> names = new HashSet<>();
        for (Manifest.LayerEntry layer : manifest.layers()) {
            if (!names.add(layer.name())) {
                throw invalid(
                        ArtifactDirectory.MANIFEST,
                        "field layers has %s twice".formatted(layer.name()));
            }
            layer.tensors()
                    .forEach((key, shape) -> shapes.put(Manifest.tensor(layer.name(), key), shape));
        }
        shapes.put(Manifest.SCALE_SCORES, List.of(manifest.provenance().nScale(), names.size()));
        shapes.put(Manifest.CALIBRATION_SCORES, List.of(1, manifest.provenance().nCalibration()));
        requireBounded(shapes);
        return shapes;
    }

    private static void requireBounded(SortedMap<String, List<Integer>> shapes) {
        long elements = 0;
        for (Map.Entry<String, List<Integer>> entry : shapes.entrySet()) {
            List<Integer> shape = entry.getValue();
            if (shape.size() != 2 || !(shape.get(0) >= 1 && shape.get(1) >= 1)) {
                throw invalid(
                        ArtifactDirectory.MANIFEST,
                        "the shape of tensor %s must be two positive sizes, got %s"
                                .formatted(entry.getKey(), shape));
            }
            elements += Math.min((long) shape.get(0) * shape.get(1), MOST_ELEMENTS + 1);
        }
        if (!(elements <= MOST_ELEMENTS)) {
            throw invalid(
                    ArtifactDirectory.MANIFEST,
                    "the tensors have more than %d elements in all, which is the limit"
                            .formatted(MOST_ELEMENTS));
        }
    }

    /// Adds the shapes of kept rows that the file holds: how many rows they are the manifest says,
    /// how wide the detector, once it is there.
    private static void addKept(
            SortedMap<String, List<Integer>> shapes,
            Manifest manifest,
            int nExamples,
            SafetensorsFile file) {
        for (Manifest.LayerEntry layer : manifest.layers()) {
            Map<String, Integer> rows =
                    Map.of(
                            Manifest.headMean(layer.name()),
                            1,
                            Manifest.exampleRows(layer.name()),
                            nExamples,
                            Manifest.scaleRows(layer.name()),
                            manifest.provenance().nScale(),
                            Manifest.calibrationRows(layer.name()),
                            manifest.provenance().nCalibration());
            rows.forEach((name, count) -> {
                if (file.contains(name)) {
                    long[] shape = file.info(name).shape();
                    long width = shape.length == 2 ? shape[1] : 0;
                    shapes.put(name, List.of(count, Math.clamp(width, 0, MOST_WIDTH)));
                }
            });
        }
        requireBounded(shapes);
    }

    private SortedMap<String, Matrix> tensors(Manifest manifest, int nExamples) {
        SortedMap<String, List<Integer>> shapes = expectedShapes(manifest);
        SafetensorsFile file =
                SafetensorsFile.open(
                        directory.resolve(ArtifactDirectory.TENSORS), ProblemCode.INVALID_ARTIFACT);
        addKept(shapes, manifest, nExamples, file);
        Set<String> superfluous = new TreeSet<>(file.names());
        superfluous.removeAll(shapes.keySet());
        if (!superfluous.isEmpty()) {
            throw invalid(
                    ArtifactDirectory.TENSORS,
                    "tensor %s is not in the manifest".formatted(superfluous.iterator().next()));
        }
        TreeMap<String, Matrix> tensors = new TreeMap<>();
        shapes.forEach((name, shape) -> {
            TensorInfo info = file.info(name);
            long[] expected = {shape.get(0), shape.get(1)};
            String format = Manifest.dtype(name).safetensorsName();
            if (!info.format().equals(format) || !Arrays.equals(info.shape(), expected)) {
                throw invalid(
                        ArtifactDirectory.TENSORS,
                        "tensor %s must be %s of shape %s, got %s of shape %s"
                                .formatted(name, format, shape, info.format(), info.shapeText()));
            }
        });
        // Only now that all shapes are known to be those of the file are values read.
        shapes.forEach((name, shape) ->
                tensors.put(name, Matrix.wrap(shape.get(0), shape.get(1), file.readDoubles(name))));
        return tensors;
    }

    private static Artifact assemble(
            Manifest manifest,
            SortedMap<String, Matrix> tensors,
            List<TrustedExamples.Text> examples) {
        FeatureSet features = features(manifest, tensors);
        Rule rule;
        try {
            rule = Rules.named(manifest.rule());
        } catch (Problem e) {
            throw invalid(ArtifactDirectory.MANIFEST, e);
        }
        SequencedMap<String, FittedState> states = new LinkedHashMap<>();
        for (Manifest.LayerEntry layer : manifest.layers()) {
            Map<String, Matrix> own = new TreeMap<>();
            for (String key : layer.tensors().keySet()) {
                own.put(key, vouched(tensors, Manifest.tensor(layer.name(), key)));
            }
            try {
                states.put(layer.name(), new FittedState(layer.numbers(), own));
            } catch (IllegalArgumentException e) {
                throw invalid(ArtifactDirectory.TENSORS, "layer " + layer.name(), e);
            }
        }
        FittedLayers layers;
        try {
            layers = rule.restore(states);
        } catch (IllegalArgumentException e) {
            throw invalid(ArtifactDirectory.TENSORS, e);
        }
        LayerScale scale;
        Calibration calibration;
        try {
            scale = LayerScale.of(vouched(tensors, Manifest.SCALE_SCORES));
        } catch (IllegalArgumentException e) {
            throw invalid(ArtifactDirectory.TENSORS, "tensor " + Manifest.SCALE_SCORES, e);
        }
        try {
            calibration = new Calibration(vouched(tensors, Manifest.CALIBRATION_SCORES).row(0));
        } catch (Problem e) {
            throw invalid(ArtifactDirectory.TENSORS, "tensor " + Manifest.CALIBRATION_SCORES, e);
        }
        try {
            return new Artifact(
                    manifest.id(),
                    features,
                    new LayeredDetector(layers, Aggregation.parse(manifest.aggregation()), scale),
                    calibration,
                    manifest.provenance(),
                    kept(manifest, tensors, examples));
        } catch (Problem | IllegalArgumentException e) {
            throw invalid(ArtifactDirectory.MANIFEST, e);
        }
    }

    private static KeptRows kept(
            Manifest manifest,
            SortedMap<String, Matrix> tensors,
            List<TrustedExamples.Text> examples) {
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

    private static FeatureSet features(Manifest manifest, SortedMap<String, Matrix> tensors) {
        List<FeatureExtractor> features = new ArrayList<>();
        for (Manifest.FeatureEntry entry : manifest.features()) {
            Map<String, Matrix> own = new TreeMap<>();
            for (String key : entry.tensors().keySet()) {
                own.put(key, vouched(tensors, Manifest.featureTensor(entry.name(), key)));
            }
            try {
                features.add(
                        FeatureKinds.named(entry.name())
                                .restore(
                                        entry.taps().stream().map(Manifest.TapEntry::tap).toList(),
                                        new FittedState(entry.numbers(), own)));
            } catch (Problem | IllegalArgumentException e) {
                throw invalid(ArtifactDirectory.MANIFEST, "feature " + entry.name(), e);
            }
        }
        try {
            return new FeatureSet(features, Combination.parse(manifest.combination()));
        } catch (Problem | IllegalArgumentException e) {
            throw invalid(ArtifactDirectory.MANIFEST, e);
        }
    }

    private static Matrix vouched(SortedMap<String, Matrix> tensors, String name) {
        Matrix matrix = tensors.get(name);
        if (matrix == null) {
            throw new IllegalStateException("tensor %s was read before".formatted(name));
        }
        return matrix;
    }

    private static Problem invalid(String file, String detail) {
        return new Problem(ProblemCode.INVALID_ARTIFACT, file + ": " + detail);
    }

    private static Problem invalid(String file, RuntimeException cause) {
        return new Problem(
                ProblemCode.INVALID_ARTIFACT,
                file + ": " + shortened(String.valueOf(cause.getMessage())),
                cause);
    }

    private static Problem invalid(String file, String what, RuntimeException cause) {
        return new Problem(
                ProblemCode.INVALID_ARTIFACT,
                "%s: %s: %s".formatted(file, what, shortened(String.valueOf(cause.getMessage()))),
                cause);
    }

    // What comes from a file may be long.
    private static String shortened(String message) {
        String line = message.lines().findFirst().orElse("");
        return line.length() <= 300 ? line : line.substring(0, 300) + "…";
    }
}
