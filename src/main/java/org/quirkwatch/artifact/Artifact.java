package org.quirkwatch.artifact;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.quirkwatch.calibration.Calibration;
import org.quirkwatch.detector.FittedLayers;
import org.quirkwatch.detector.LayerScale;
import org.quirkwatch.detector.LayeredDetector;
import org.quirkwatch.feature.FeatureLayer;
import org.quirkwatch.feature.FeatureSet;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.model.ModelIdentity;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

/// A detector that is ready to judge: fitted, calibrated, and with its provenance. Immutable and
/// thread-safe. It is its contents: two artifacts with the same digest judge alike.
public final class Artifact {

    private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");

    private final String id;
    private final FeatureSet features;
    private final LayeredDetector detector;
    private final Calibration calibration;
    private final Provenance provenance;
    private final KeptRows kept;
    private final Manifest manifest;

    /// An artifact that keeps no trusted rows, as the other constructor has it.
    public Artifact(
            String id,
            FeatureSet features,
            LayeredDetector detector,
            Calibration calibration,
            Provenance provenance) {
        this(id, features, detector, calibration, provenance, KeptRows.NONE);
    }

    /// @param id a name of up to 100 letters, digits, `.`, `_` and `-`, not starting with a sign
    /// @param features fitted
    /// @param detector fitted on their layers
    /// @param calibration of the detector's aggregated score
    /// @param provenance with as many calibration rows as the calibration has
    /// @param kept of its trusted rows
    /// @throws Problem `invalid-fit` for an unusable id
    public Artifact(
            String id,
            FeatureSet features,
            LayeredDetector detector,
            Calibration calibration,
            Provenance provenance,
            KeptRows kept) {
        requireId(id);
        List<String> made = features.layers().stream().map(FeatureLayer::name).toList();
        List<String> scored = List.copyOf(detector.layers().widths().keySet());
        if (!made.equals(scored)) {
            throw new IllegalArgumentException(
                    "the features make the layers %s, the detector scores %s"
                            .formatted(made, scored));
        }
        if (provenance.nCalibration() != calibration.n()) {
            throw new IllegalArgumentException(
                    "n_calibration is %d, there are %d calibration scores"
                            .formatted(provenance.nCalibration(), calibration.n()));
        }
        kept.require(detector.layers().widths(), provenance.nScale(), provenance.nCalibration());
        this.id = id;
        this.features = features;
        this.detector = detector;
        this.calibration = calibration;
        this.provenance = provenance;
        this.kept = kept;
        this.manifest = Manifest.of(this);
    }

    /// Checks a name before there is anything of that name.
    ///
    /// @throws Problem `invalid-fit` for an unusable one
    public static void requireId(String id) {
        if (!ID.matcher(id).matches()) {
            throw new Problem(
                    ProblemCode.INVALID_FIT,
                    "a detector's id must match %s, got %d characters"
                            .formatted(ID.pattern(), id.length()));
        }
    }

    /// The name that callers use.
    public String id() {
        return id;
    }

    /// `sha256:` and 64 hexadecimal digits over everything that the artifact is. The same trusted
    /// rows, model, options and program give the same digest on the same machine.
    public String digest() {
        return manifest.digest();
    }

    /// What it looks at.
    public FeatureSet features() {
        return features;
    }

    /// The fitted detector; the numbers of its layers' states are the report of the fit (rows,
    /// rank, cut-off).
    public LayeredDetector detector() {
        return detector;
    }

    /// The calibration of the aggregated score.
    public Calibration calibration() {
        return calibration;
    }

    /// Where it comes from.
    public Provenance provenance() {
        return provenance;
    }

    /// What it keeps of its trusted rows.
    public KeptRows kept() {
        return kept;
    }

    /// The detector and its calibration as if other untrusted rows had been there.
    ///
    /// @param detector with the scale that belongs to it
    /// @param calibration of its scores, on the same held-out rows
    public record Refitted(LayeredDetector detector, Calibration calibration) {}

    /// Fits the rule anew with other untrusted rows. What it learned of the trusted rows stays; the
    /// held-out rows are scored anew, so that p-values and thresholds belong to the new scores.
    ///
    /// @param untrusted per layer `[m, width]`
    /// @throws Problem `invalid-fit` when there are too few rows, they do not vary, or the scores
    ///   of the held-out rows have no scale
    /// @throws IllegalStateException unless held-out rows are kept
    public Refitted withUntrusted(Map<String, Matrix> untrusted) {
        if (!kept.hasHeldOut()) {
            throw new IllegalStateException(id + " keeps no held-out rows");
        }
        FittedLayers layers = detector.layers().withUntrusted(untrusted);
        LayeredDetector refitted;
        try {
            LayerScale scale = LayerScale.of(Matrix.ofRows(layers.score(kept.scale())));
            refitted = new LayeredDetector(layers, detector.aggregation(), scale);
        } catch (IllegalArgumentException e) {
            throw new Problem(
                    ProblemCode.INVALID_FIT,
                    "the scores of the held-out trusted rows have no scale: " + e.getMessage(),
                    e);
        }
        double[] scores = refitted.score(kept.calibration()).aggregated();
        return new Refitted(refitted, new Calibration(scores));
    }

    /// Checks that a model is the one that this detector was fitted on: same architecture, weights,
    /// tokenizer and number format. The number format counts because bfloat16 rounds away the small
    /// directions that the detector measures by, so its p-values would mean nothing there. The
    /// model's name and the device do not count.
    ///
    /// @throws Problem `artifact-mismatch`: says what differs, what was expected and what was found
    public void requireModel(ModelIdentity model) {
        ModelIdentity expected = provenance.model();
        List<String> differences = new ArrayList<>();
        compare(differences, "architecture", expected.architecture(), model.architecture());
        compare(differences, "number of layers", expected.nLayers(), model.nLayers());
        compare(differences, "width", expected.dModel(), model.dModel());
        compare(differences, "vocabulary", expected.dVocab(), model.dVocab());
        compare(differences, "digest", expected.digest(), model.digest());
        compare(
                differences,
                "tokenizer digest",
                expected.tokenizerDigest(),
                model.tokenizerDigest());
        compare(differences, "dtype", expected.dtype(), model.dtype());
        if (!differences.isEmpty()) {
            throw new Problem(
                    ProblemCode.ARTIFACT_MISMATCH,
                    "detector %s was fitted on model %s, not on the loaded %s: %s"
                            .formatted(
                                    id, expected.id(), model.id(), String.join("; ", differences)));
        }
    }

    Manifest manifest() {
        return manifest;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Artifact artifact && digest().equals(artifact.digest());
    }

    @Override
    public int hashCode() {
        return digest().hashCode();
    }

    @Override
    public String toString() {
        return "artifact %s (%s)".formatted(id, digest());
    }

    private static void compare(
            List<String> differences, String what, Object expected, Object found) {
        if (!Objects.equals(expected, found)) {
            differences.add("%s expected %s, found %s".formatted(what, expected, found));
        }
    }
}
