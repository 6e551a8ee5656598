package org.quirkwatch.fitting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.quirkwatch.problem.Problem;

class SplitTest {

    @ParameterizedTest
    @CsvSource({
        "100, 0.5, 50, 10, 40",
        "2000, 0.5, 1000, 200, 800",
        "10000, 0.5, 5000, 500, 4500",
        "2000, 0.9, 200, 360, 1440",
        "3000, 0.05, 2850, 30, 120"
    })
    void everyRowIsInOnePart(int rows, double share, int fit, int scale, int calibration) {
        Split split = Split.of(rows, share, 7);
        assertThat(split.fit()).hasSize(fit);
        assertThat(split.scale()).hasSize(scale);
        assertThat(split.calibration()).hasSize(calibration);
        List<Integer> all = new ArrayList<>(split.fit());
        all.addAll(split.scale());
        all.addAll(split.calibration());
        assertThat(all)
                .containsExactlyInAnyOrderElementsOf(IntStream.range(0, rows).boxed().toList());
    }

    @Test
    void theSeedDecides() {
        assertThat(Split.of(100, 0.5, 1)).isEqualTo(Split.of(100, 0.5, 1));
        assertThat(Split.of(100, 0.5, 1)).isNotEqualTo(Split.of(100, 0.5, 2));
    }

    @ParameterizedTest
    @CsvSource({"0, 0.5, 100", "99, 0.5, 100", "10, 0.05, 1000", "210, 0.95, 381"})
    void tooFewRowsAreRefusedWithHowManyAreNeeded(int rows, double share, int needed) {
        assertThatThrownBy(() -> Split.of(rows, share, 1))
                .isInstanceOf(Problem.class)
                .hasMessageContaining(rows + " trusted row(s) are too few")
                .hasMessageContaining(needed + " are needed");
        Split.of(needed, share, 1);
        assertThatThrownBy(() -> Split.of(needed - 1, share, 1)).isInstanceOf(Problem.class);
    }
}
