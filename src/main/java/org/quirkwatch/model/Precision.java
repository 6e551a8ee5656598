package org.quirkwatch.model;

import java.util.Locale;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.torch.ComputeDevice;
import org.quirkwatch.torch.DType;

/// The number format that a model runs in.
public enum Precision {
    /// The checkpoint's own where the device is fast at it, else float32.
    AUTO,
    /// Single precision.
    FLOAT32,
    /// bfloat16; norms and attention weights are still computed in float32.
    BFLOAT16,
    /// Double precision: for checks of the mathematics.
    FLOAT64;

    /// The name in settings: `auto`, `float32`, `bfloat16` or `float64`.
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// The precision of a name.
    ///
    /// @throws Problem `invalid-request` for another text
    public static Precision parse(String text) {
        for (Precision precision : values()) {
            if (precision.text().equals(text)) {
                return precision;
            }
        }
        throw new Problem(
                ProblemCode.INVALID_REQUEST,
                "dtype must be auto, float32, bfloat16 or float64, got \"%s\"".formatted(text));
    }

    /// The number format that this stands for.
    ///
    /// @param stored the checkpoint's own
    /// @param device where the model is to run
    public DType resolve(DType stored, ComputeDevice device) {
        return switch (this) {
            case FLOAT32 -> DType.FLOAT32;
            case BFLOAT16 -> DType.BFLOAT16;
            case FLOAT64 -> DType.FLOAT64;
            case AUTO ->
                    stored == DType.BFLOAT16 && device.fastAtBfloat16()
                            ? DType.BFLOAT16
                            : DType.FLOAT32;
        };
    }
}
