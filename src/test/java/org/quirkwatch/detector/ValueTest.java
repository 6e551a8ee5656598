package org.quirkwatch.detector;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.quirkwatch.linalg.Matrix;

class ValueTest {

    @Test
    void theScoreIsTheMeanOfTheColumnsWhateverTheTrustedRowsWere() {
        JointFitter fitter = Rules.detector("value", Map.of()).fitter(List.of("one", "three"));
        fitter.add(Map.of("one", TrustedRows.draw(10, 1, 1), "three", TrustedRows.draw(10, 3, 2)));
        double[][] scores =
                fitter.fit()
                        .score(
                                Map.of(
                                        "one",
                                        Matrix.of(2, 1, new double[] {-7.5, 3}),
                                        "three",
                                        Matrix.of(2, 3, new double[] {1, 2, 6, 0, -3, 0})));
        assertThat(scores).isDeepEqualTo(new double[][] {{-7.5, 3}, {3, -1}});
    }
}
