package org.quirkwatch.lane;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.quirkwatch.artifact.Artifact;
import org.quirkwatch.linalg.Matrix;

/// Who judges at the moment, and hears what was judged. Thread-safe.
public interface Judges {

    /// The detector as it was fitted.
    Artifact artifact();

    /// The judge of what comes next.
    Judge current();

    /// The judge of a window, where it is still known.
    ///
    /// @param window as a measurement names it
    default Optional<Judge> of(Optional<Window> window) {
        Judge current = current();
        return current.window().equals(window) ? Optional.of(current) : Optional.empty();
    }

    /// A batch was judged. Called by the threads of the lanes: to be fast.
    ///
    /// @param features per layer `[batch, width]`
    /// @param rows of the batch that have a score
    void saw(Map<String, Matrix> features, List<Integer> rows);

    /// An artifact as it was fitted, whatever it sees.
    static Judges fixed(Artifact artifact) {
        Judge judge = Judge.of(artifact);
        return new Judges() {
            @Override
            public Artifact artifact() {
                return artifact;
            }

            @Override
            public Judge current() {
                return judge;
            }

            @Override
            public void saw(Map<String, Matrix> features, List<Integer> rows) {
                // It learns nothing.
            }
        };
    }
}
