package org.quirkwatch.scoring;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.artifact.Artifact;
import org.quirkwatch.calibration.Calibration;
import org.quirkwatch.lane.Measurement;
import org.quirkwatch.lane.Timing;
import org.quirkwatch.lane.Window;
import org.quirkwatch.web.ProblemDocument;

/// Verdicts to their documents.
public final class VerdictDocuments {

    private static final double NANOS_PER_MILLI = 1e6;

    private VerdictDocuments() {}

    /// The document of a verdict.
    ///
    /// @param scorer the model; and the detector, where there is no score that names its own
    /// @param explain whether the layers' scores are in it
    public static VerdictDocument of(Verdict verdict, Scorer scorer, boolean explain) {
        return of(verdict, null, scorer, explain);
    }

    /// The document of a verdict on a line.
    ///
    /// @param line from 1; null where the signal was no line
    /// @param scorer the model; and the detector, where there is no score that names its own
    /// @param explain whether the layers' scores are in it
    public static VerdictDocument of(
            Verdict verdict, @Nullable Long line, Scorer scorer, boolean explain) {
        return switch (verdict) {
            case Verdict.Scored scored -> scored(scored, scorer, explain);
            case Verdict.Unscored unscored ->
                    new VerdictDocument(
                            unscored.id(),
                            null,
                            line,
                            "unscored",
                            unscored.flagged(),
                            unscored.disposition().text(),
                            shadow(unscored),
                            ProblemDocument.of(unscored.reason(), null),
                            null,
                            null,
                            null,
                            null,
                            detector(scorer.artifact()),
                            calibration(scorer.artifact().calibration(), unscored.policy()),
                            null,
                            model(scorer),
                            policy(unscored.policy()),
                            null,
                            null,
                            null,
                            null);
        };
    }

    private static VerdictDocument scored(Verdict.Scored verdict, Scorer scorer, boolean explain) {
        Policy policy = verdict.policy();
        Measurement.Measured measured = verdict.measured();
        Artifact artifact = measured.basis().judges().artifact();
        Calibration calibration = measured.basis().calibration();
        return new VerdictDocument(
                verdict.id(),
                null,
                null,
                "scored",
                verdict.flagged(),
                verdict.disposition().text(),
                shadow(verdict),
                null,
                measured.score(),
                measured.pValue(),
                new VerdictDocument.Threshold(
                        calibration.threshold(policy.alphaReview()),
                        calibration.threshold(policy.alphaDiscard())),
                new VerdictDocument.Label(
                        measured.logProb(),
                        Double.isFinite(measured.logOdds()) ? measured.logOdds() : null),
                detector(artifact),
                calibration(calibration, policy),
                measured.basis().window().map(VerdictDocuments::window).orElse(null),
                model(scorer),
                policy(policy),
                new VerdictDocument.Taps(artifact.features().taps().size(), measured.tapsFired()),
                timing(verdict.timing()),
                verdict.tokens(),
                explain ? layers(measured, scorer) : null);
    }

    private static @Nullable String shadow(Verdict verdict) {
        return verdict.policy().mode() == Policy.Mode.SHADOW ? verdict.ruling().text() : null;
    }

    private static VerdictDocument.Detector detector(Artifact artifact) {
        return new VerdictDocument.Detector(
                artifact.id(),
                artifact.digest(),
                artifact.features().name(),
                artifact.detector().rule());
    }

    private static VerdictDocument.CalibrationPart calibration(
            Calibration calibration, Policy policy) {
        return new VerdictDocument.CalibrationPart(
                calibration.n(), policy.alphaReview(), policy.alphaDiscard());
    }

    private static VerdictDocument.Model model(Scorer scorer) {
        return new VerdictDocument.Model(scorer.model().id(), scorer.model().digest());
    }

    private static VerdictDocument.PolicyPart policy(Policy policy) {
        return new VerdictDocument.PolicyPart(policy.id(), policy.version(), policy.mode().text());
    }

    private static VerdictDocument.TimingPart timing(Timing timing) {
        return new VerdictDocument.TimingPart(
                millis(timing.queue()), millis(timing.forward()), millis(timing.score()));
    }

    private static double millis(Duration duration) {
        // To the microsecond: more digits say nothing.
        return Math.round(duration.toNanos() / NANOS_PER_MILLI * 1e3) / 1e3;
    }

    private static List<VerdictDocument.Layer> layers(
            Measurement.Measured measured, Scorer scorer) {
        Map<String, double[]> heads = scorer.headContributions(measured);
        return measured.layers().entrySet().stream()
                .map(layer ->
                        new VerdictDocument.Layer(
                                layer.getKey(), layer.getValue(), heads(heads.get(layer.getKey()))))
                .toList();
    }

    private static @Nullable List<Double> heads(double @Nullable [] contributions) {
        return contributions == null ? null : Arrays.stream(contributions).boxed().toList();
    }

    private static VerdictDocument.WindowPart window(Window window) {
        return new VerdictDocument.WindowPart(
                window.number(),
                window.rows(),
                window.from().map(Object::toString).orElse(null),
                window.to().map(Object::toString).orElse(null));
    }
}
