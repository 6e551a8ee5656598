package org.quirkwatch.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Expected frequencies: `ROPE_INIT_FUNCTIONS` of transformers 4.57.6 with torch 2.7.1 on a CPU.
class RopeTest {

    /// Two units in the last place: powers differ that much between mathematical libraries.
    private static final float RELATIVE = 2.5e-7f;

    @Test
    void unscaledFrequenciesAreThoseOfTransformers() {
        assertFrequencies(
                new Rope(10_000, new Rope.None()).inverseFrequencies(16),
                1.0f,
                0.31622776f,
                0.1f,
                0.03162278f,
                0.01f,
                0.0031622779f,
                0.001f,
                3.162278e-4f);
    }

    @Test
    void linearlyScaledFrequenciesAreThoseOfTransformers() {
        assertFrequencies(
                new Rope(10_000, new Rope.Linear(3)).inverseFrequencies(16),
                0.33333334f,
                0.10540926f,
                0.033333335f,
                0.010540926f,
                0.0033333332f,
                0.0010540927f,
                3.3333336e-4f,
                1.05409265e-4f);
    }

    @Test
    void frequenciesScaledAsInLlama3AreThoseOfTransformers() {
        assertFrequencies(
                new Rope(500_000, new Rope.Llama3(8, 1, 4, 64)).inverseFrequencies(16),
                1.0f,
                0.07940301f,
                0.004700754f,
                9.1158313e-4f,
                1.7677668e-4f,
                3.4281024e-5f,
                6.6478697e-6f,
                1.2891732e-6f);
    }

    @Test
    void allThreeBandsOfLlama3AreThoseOfTransformers() {
        float[] all = new Rope(500_000, new Rope.Llama3(32, 1, 4, 8192)).inverseFrequencies(128);
        assertFrequencies(
                new float[] {all[0], all[20], all[31], all[32], all[33], all[36], all[40], all[63]},
                1.0f,
                0.01656044f,
                7.6254125e-4f,
                4.295567e-4f,
                2.2276341e-4f,
                1.9461639e-5f,
                8.570256e-6f,
                7.672315e-8f);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -1, Double.NaN, Double.POSITIVE_INFINITY})
    void aFactorThatIsNotPositiveIsRefused(double value) {
        assertThatThrownBy(() -> new Rope.Linear(value)).hasMessageContaining("factor must be");
        assertThatThrownBy(() -> new Rope(value, new Rope.None()))
                .hasMessageContaining("theta must be");
    }

    @Test
    void anOddHeadIsRefused() {
        assertThatThrownBy(() -> new Rope(10_000, new Rope.None()).inverseFrequencies(7))
                .hasMessage("dHead must be even and 2 or more, got 7");
    }

    private static void assertFrequencies(float[] actual, float... expected) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < expected.length; i++) {
            assertThat(actual[i])
                    .as("frequency %d", i)
                    .isCloseTo(
                            expected[i],
                            org.assertj.core.data.Offset.offset(RELATIVE * expected[i]));
        }
    }
}
