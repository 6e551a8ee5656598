package org.quirkwatch.artifact;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.quirkwatch.checkpoint.SafetensorsFile;
import org.quirkwatch.checkpoint.TensorInfo;
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
            throw InvalidArtifact.of(
                    ArtifactDirectory.TENSORS,
                    "digest %s expected, found %s"
                            .formatted(manifest.tensorsDigest(), tensorsDigest));
        }
        Artifact artifact = new ArtifactParts(manifest, tensors, examples).assemble();
        if (!artifact.digest().equals(manifest.digest())) {
            throw InvalidArtifact.of(
                    ArtifactDirectory.MANIFEST,
                    "field digest is %s, the contents have %s: something was changed by hand"
                            .formatted(manifest.digest(), artifact.digest()));
        }
        return artifact;
    }

    private Manifest manifest() {
        Path file = directory.resolve(ArtifactDirectory.MANIFEST);
        if (!Files.isRegularFile(file)) {
            throw InvalidArtifact.of(
                    ArtifactDirectory.MANIFEST, "there is no such file: no artifact");
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
                                    InvalidArtifact.shortened(e.getOriginalMessage())),
                    e);
        } catch (JacksonException e) {
            throw new Problem(
                    ProblemCode.INVALID_ARTIFACT,
                    "%s: not well-formed JSON: %s"
                            .formatted(
                                    ArtifactDirectory.MANIFEST,
                                    InvalidArtifact.shortened(e.getOriginalMessage())),
                    e);
        } catch (IllegalArgumentException e) {
            throw InvalidArtifact.of(ArtifactDirectory.MANIFEST, e);
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
            throw InvalidArtifact.of(
                    name, "more than %d bytes, which is the limit".formatted(most));
        }
        return bytes;
    }

    private List<TrustedExamples.Text> examples(Manifest manifest) {
        for (String name : manifest.files().keySet()) {
            if (!name.equals(ExamplesFile.NAME)) {
                throw InvalidArtifact.of(
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
            throw InvalidArtifact.of(
                    ExamplesFile.NAME, "digest %s expected, found %s".formatted(expected, found));
        }
        try {
            return ExamplesFile.read(lines);
        } catch (IllegalArgumentException e) {
            throw InvalidArtifact.of(ExamplesFile.NAME, e);
        }
    }

    /// The shape of every tensor that the file must hold, `[rows, columns]`.
    private static SortedMap<String, List<Integer>> expectedShapes(Manifest manifest) {
        if (!(manifest.layers().size() >= 1 && manifest.layers().size() <= MOST_LAYERS)) {
            throw InvalidArtifact.of(
                    ArtifactDirectory.MANIFEST,
                    "field layers must have 1 to %d entries, got %d"
                            .formatted(MOST_LAYERS, manifest.layers().size()));
        }
        if (!(manifest.features().size() >= 1 && manifest.features().size() <= MOST_FEATURES)) {
            throw InvalidArtifact.of(
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
                throw InvalidArtifact.of(
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
                throw InvalidArtifact.of(
                        ArtifactDirectory.MANIFEST,
                        "the shape of tensor %s must be two positive sizes, got %s"
                                .formatted(entry.getKey(), shape));
            }
            elements += Math.min((long) shape.get(0) * shape.get(1), MOST_ELEMENTS + 1);
        }
        if (!(elements <= MOST_ELEMENTS)) {
            throw InvalidArtifact.of(
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
            throw InvalidArtifact.of(
                    ArtifactDirectory.TENSORS,
                    "tensor %s is not in the manifest".formatted(superfluous.iterator().next()));
        }
        TreeMap<String, Matrix> tensors = new TreeMap<>();
        shapes.forEach((name, shape) -> {
            TensorInfo info = file.info(name);
            long[] expected = {shape.get(0), shape.get(1)};
            String format = Manifest.dtype(name).safetensorsName();
            if (!info.format().equals(format) || !Arrays.equals(info.shape(), expected)) {
                throw InvalidArtifact.of(
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
}
