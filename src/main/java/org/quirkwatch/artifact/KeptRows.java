package org.quirkwatch.artifact;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import org.quirkwatch.linalg.Matrix;

/// What an artifact keeps of the trusted rows beside what was fitted. Immutable.
///
/// @param headMeans of the layers whose columns belong to attention heads, the mean of the rows
///   that were fitted, `[1, width]` by the layer's name: what a head's columns are replaced by to
///   see what it contributes to a score
/// @param scale the rows of the layers' common scale, `[nScale, width]` by the layer's name; empty
///   where none are kept. Of rules that learn from untrusted rows: these and the following are
///   scored anew when other untrusted rows take the place of those of the fit
/// @param calibration the rows of the calibration, `[nCalibration, width]`; of the same layers
/// @param examples of the rows that were fitted, with their texts
public record KeptRows(
        SequencedMap<String, Matrix> headMeans,
        SequencedMap<String, Matrix> scale,
        SequencedMap<String, Matrix> calibration,
        TrustedExamples examples) {

    /// Nothing.
    public static final KeptRows NONE =
            new KeptRows(
                    new LinkedHashMap<>(),
                    new LinkedHashMap<>(),
                    new LinkedHashMap<>(),
                    TrustedExamples.NONE);

    /// Numbers of the rows of scale and calibration: half a gigabyte.
    public static final long MOST_VALUES = 1L << 26;

    /// Copies the maps and checks.
    ///
    /// @throws IllegalArgumentException when scale and calibration are of other layers
    public KeptRows {
        headMeans = copy(headMeans);
        scale = copy(scale);
        calibration = copy(calibration);
        if (!scale.keySet().equals(calibration.keySet())) {
            throw new IllegalArgumentException(
                    "rows of the scale are kept of %s, of the calibration of %s"
                            .formatted(scale.keySet(), calibration.keySet()));
        }
    }

    private static SequencedMap<String, Matrix> copy(SequencedMap<String, Matrix> rows) {
        return Collections.unmodifiableSequencedMap(new LinkedHashMap<>(rows));
    }

    /// Whether the untrusted rows of the fit can be replaced.
    public boolean hasHeldOut() {
        return !scale.isEmpty();
    }

    /// Checks against what was fitted.
    ///
    /// @param widths of the detector's layers
    /// @throws IllegalArgumentException for an unknown layer, one that is missing, another width or
    ///   number of rows
    void require(SequencedMap<String, Integer> widths, int nScale, int nCalibration) {
        require("the mean of heads", headMeans, widths, 1);
        examples.require(widths);
        if (hasHeldOut()) {
            if (!scale.keySet().equals(widths.keySet())) {
                throw new IllegalArgumentException(
                        "held-out rows are kept of %s, the detector scores %s"
                                .formatted(scale.keySet(), widths.keySet()));
            }
            require("rows of the scale", scale, widths, nScale);
            require("rows of the calibration", calibration, widths, nCalibration);
        }
    }

    private static void require(
            String what, Map<String, Matrix> rows, Map<String, Integer> widths, int count) {
        rows.forEach((layer, matrix) -> {
            Integer width = widths.get(layer);
            if (width == null || matrix.columns() != width || matrix.rows() != count) {
                throw new IllegalArgumentException(
                        "%s of layer %s must be [%d, %s], got %s"
                                .formatted(what, layer, count, width, matrix));
            }
            if (!matrix.isFinite()) {
                throw new IllegalArgumentException(
                        "%s of layer %s must be finite".formatted(what, layer));
            }
        });
    }
}
