package org.quirkwatch.lane;

import java.util.Optional;
import org.quirkwatch.artifact.Artifact;
import org.quirkwatch.calibration.Calibration;
import org.quirkwatch.detector.LayeredDetector;
import org.quirkwatch.detector.Rules;

/// What features are judged by. Immutable and thread-safe.
///
/// @param detector with the scale that belongs to it
/// @param calibration of its scores
/// @param window which untrusted rows it has learned from; empty where its rule learns from none
public record Judge(LayeredDetector detector, Calibration calibration, Optional<Window> window) {

    /// An artifact as it was fitted.
    static Judge of(Artifact artifact) {
        return new Judge(
                artifact.detector(),
                artifact.calibration(),
                Rules.named(artifact.detector().rule()).offline()
                        ? Optional.of(Window.ofFit(artifact.provenance().nUntrusted()))
                        : Optional.empty());
    }
}
