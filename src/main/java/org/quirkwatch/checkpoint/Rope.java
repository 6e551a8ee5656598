package org.quirkwatch.checkpoint;

/// Rotary position embedding (Su et al. 2021, RoFormer): the pair of channels `i` of a head turns
/// by the angle position · f_i with f_i = theta^(−2i / dHead), before scaling.
///
/// @param theta base of the wavelengths, greater than 0
/// @param scaling how the frequencies are changed for a longer context
public record Rope(double theta, Scaling scaling) {

    /// A change of the frequencies.
    public sealed interface Scaling {}

    /// The frequencies as they are.
    public record None() implements Scaling {}

    /// Every frequency divided by a factor.
    ///
    /// @param factor greater than 0
    public record Linear(double factor) implements Scaling {
        /// Checks the factor.
        public Linear {
            requirePositive("factor", factor);
        }
    }

    /// As Llama 3.1: wavelengths longer than `originalContext / lowFreqFactor` are divided by the
    /// factor, those shorter than `originalContext / highFreqFactor` are kept, those between are
    /// interpolated.
    ///
    /// @param factor greater than 0
    /// @param lowFreqFactor greater than 0
    /// @param highFreqFactor greater than `lowFreqFactor`
    /// @param originalContext tokens of the context before scaling, 1 or more
    public record Llama3(
            double factor, double lowFreqFactor, double highFreqFactor, int originalContext)
            implements Scaling {
        /// Checks the ranges.
        public Llama3 {
            requirePositive("factor", factor);
            requirePositive("lowFreqFactor", lowFreqFactor);
            requirePositive("highFreqFactor", highFreqFactor);
            if (!(highFreqFactor > lowFreqFactor)) {
                throw new IllegalArgumentException(
                        "highFreqFactor must be greater than lowFreqFactor, got %s and %s"
                                .formatted(highFreqFactor, lowFreqFactor));
            }
            if (!(originalContext >= 1)) {
                throw new IllegalArgumentException(
                        "originalContext must be 1 or more, got " + originalContext);
            }
        }
    }

    /// Checks theta.
    public Rope {
        requirePositive("theta", theta);
    }

    /// The scaled frequencies in radians per token, computed in float32 as transformers does, so
    /// that long positions turn by the same angle.
    ///
    /// @param dHead channels of a head, even
    /// @return `[dHead / 2]`
    public float[] inverseFrequencies(int dHead) {
        if (!(dHead >= 2 && dHead % 2 == 0)) {
            throw new IllegalArgumentException("dHead must be even and 2 or more, got " + dHead);
        }
        float[] result = new float[dHead / 2];
        for (int i = 0; i < result.length; i++) {
            float exponent = (float) (2 * i) / dHead;
            float frequency = 1f / (float) Math.pow((float) theta, exponent);
            result[i] = scaled(frequency);
        }
        return result;
    }

    private float scaled(float frequency) {
        return switch (scaling) {
            case None() -> frequency;
            case Linear(double factor) -> frequency / (float) factor;
            case Llama3 llama3 -> scaled(frequency, llama3);
        };
    }

    private static float scaled(float frequency, Llama3 llama3) {
        float factor = (float) llama3.factor;
        float wavelength = (float) (2 * Math.PI) / frequency;
        if (wavelength > (float) (llama3.originalContext / llama3.lowFreqFactor)) {
            return frequency / factor;
        }
        if (wavelength < (float) (llama3.originalContext / llama3.highFreqFactor)) {
            return frequency;
        }
        float smooth =
                (llama3.originalContext / wavelength - (float) llama3.lowFreqFactor)
                        / (float) (llama3.highFreqFactor - llama3.lowFreqFactor);
        return (1 - smooth) * frequency / factor + smooth * frequency;
    }

    private static void requirePositive(String name, double value) {
        if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "%s must be greater than 0, got %s".formatted(name, value));
        }
    }
}
