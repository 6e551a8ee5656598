package org.quirkwatch.fitting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.quirkwatch.artifact.TrustedExamples;
import org.quirkwatch.detector.Aggregation;
import org.quirkwatch.feature.Combination;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.model.Position;
import org.quirkwatch.signal.Signal;

/// Which trusted rows become examples.
class ExamplesTest {

    private static final List<Integer> FIT = List.of(4, 0, 3, 1);

    @Test
    void theFirstOfTheShuffledRowsAreKeptWithTheirFeatures() {
        Examples examples = new Examples(signals(5), FIT, 3);
        // In batches of any order, as a model gives them.
        examples.keep(List.of(1, 3), Map.of("a", rows(1.5, 3.5), "b", rows(0.1, 30)));
        examples.keep(List.of(0, 4), Map.of("a", rows(0.5, 4.5), "b", rows(-1, 40)));

        TrustedExamples kept = examples.kept(List.of("a", "b"));

        assertThat(kept.texts())
                .extracting(TrustedExamples.Text::prompt)
                .containsExactly("prompt 4", "prompt 0", "prompt 3");
        assertThat(kept.features().get("a")).isEqualTo(rows(4.5, 0.5, 3.5));
        assertThat(kept.features().get("b")).isEqualTo(rows(40, -1, 30));
    }

    @Test
    void featuresAreRoundedToSinglePrecision() {
        Examples examples = new Examples(signals(5), FIT, 4);
        examples.keep(List.of(0, 1, 3, 4), Map.of("a", rows(0.1, 1e300, -1e300, 1)));
        assertThat(examples.kept(List.of("a")).features().get("a"))
                .isEqualTo(rows(1, 0.1f, -Float.MAX_VALUE, Float.MAX_VALUE));
    }

    @Test
    void aTextThatIsTooLongIsPassedOver() {
        List<Signal> signals = new ArrayList<>(signals(5));
        signals.set(
                4,
                new Signal("long", "x".repeat(TrustedExamples.MOST_TEXT_BYTES), " Yes", List.of()));
        Examples examples = new Examples(signals, FIT, 2);
        examples.keep(FIT, Map.of("a", rows(4, 0, 3, 1)));
        assertThat(examples.kept(List.of("a")).texts())
                .extracting(TrustedExamples.Text::prompt)
                .containsExactly("prompt 0", "prompt 3");
    }

    @Test
    void wideFeaturesLeaveRoomForFewer() {
        int width = TrustedExamples.MOST_VALUES / 2;
        Examples examples = new Examples(signals(5), FIT, 4);
        for (int row : FIT) {
            examples.keep(List.of(row), Map.of("a", Matrix.of(1, width, new double[width])));
        }
        assertThat(examples.kept(List.of("a")).texts()).hasSize(2);
    }

    @Test
    void noneAreKeptWhereNoneAreWanted() {
        Examples examples = new Examples(signals(5), FIT, 0);
        examples.keep(FIT, Map.of("a", rows(4, 0, 3, 1)));
        assertThat(examples.kept(List.of("a"))).isEqualTo(TrustedExamples.NONE);
    }

    @Test
    void moreThanAnArtifactHoldsCannotBeWanted() {
        assertThatThrownBy(() -> options(2_001))
                .hasMessageContaining("examples must be 0 to 2000, got 2001");
        assertThatThrownBy(() -> options(-1)).hasMessageContaining("got -1");
        assertThat(FitOptions.defaults("d").keepExamples()).isEqualTo(200);
    }

    private static FitOptions options(int keepExamples) {
        return new FitOptions(
                "d",
                List.of("activation"),
                Combination.ENSEMBLE,
                List.of(),
                List.of(),
                List.of(Position.LAST),
                Optional.empty(),
                "mahalanobis",
                Map.of(),
                Aggregation.MEAN,
                0.5,
                0,
                keepExamples);
    }

    private static List<Signal> signals(int n) {
        return IntStream.range(0, n)
                .mapToObj(i -> new Signal("s" + i, "prompt " + i, " Yes", List.of(" No", " Yes")))
                .toList();
    }

    private static Matrix rows(double... values) {
        return Matrix.of(values.length, 1, values);
    }
}
