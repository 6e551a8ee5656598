package org.quirkwatch.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.quirkwatch.artifact.TrustedExamples;
import org.quirkwatch.linalg.Matrix;

class NeighbourhoodTest {

    @Test
    void aColumnsScaleAndALayersWidthDoNotWeigh() {
        // Three columns that say the same in other units, and one that never varies.
        Neighbourhood hood =
                new Neighbourhood(
                        examples(
                                Map.of(
                                        "narrow",
                                        new double[][] {{0}, {1}, {4}},
                                        "wide",
                                        new double[][] {
                                            {0, 0, 7}, {1000, 0.5f, 7}, {4000, 2, 7}
                                        })));
        double sigma = Math.sqrt((25 / 9.0 + 4 / 9.0 + 49 / 9.0) / 3);

        List<Neighbourhood.Neighbour> nearest =
                hood.nearest(
                        Map.of("narrow", new double[] {1}, "wide", new double[] {1000, 0.5, 9}), 2);

        assertThat(nearest).extracting(n -> n.text().prompt()).containsExactly("1", "0");
        assertThat(nearest.getFirst().distance()).isZero();
        double narrow = 1 / sigma;
        double wide = Math.sqrt(2 / 3.0) / sigma;
        assertThat(nearest.get(1).distance()).isCloseTo((narrow + wide) / 2, within(1e-12));
        assertThat(hood.typical()).isCloseTo((narrow + wide) / 2, within(1e-12));
    }

    @Test
    void anExampleIsItsOwnNearest() {
        SplittableRandom random = new SplittableRandom(1);
        double[][] rows = new double[400][];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = random.doubles(16).map(value -> (float) value).toArray();
        }
        Neighbourhood hood = new Neighbourhood(examples(Map.of("layer", rows)));

        for (int i : new int[] {0, 17, 399}) {
            Neighbourhood.Neighbour first = hood.nearest(Map.of("layer", rows[i]), 1).getFirst();
            assertThat(first.text().prompt()).isEqualTo(String.valueOf(i));
            assertThat(first.distance()).isZero();
        }
        assertThat(hood.nearest(Map.of("layer", rows[0]), 1_000)).hasSize(400);
        assertThat(hood.typical()).isBetween(0.3, 1.2);
    }

    @Test
    void oneExampleHasNoTypicalDistance() {
        Neighbourhood hood = new Neighbourhood(examples(Map.of("layer", new double[][] {{1, 2}})));
        assertThat(hood.typical()).isNaN();
        assertThat(hood.nearest(Map.of("layer", new double[] {5, 5}), 3)).hasSize(1);
    }

    @Test
    void featuresOfAnotherDetectorAreRefused() {
        Neighbourhood hood = new Neighbourhood(examples(Map.of("layer", new double[][] {{1, 2}})));
        assertThatThrownBy(() -> hood.nearest(Map.of("other", new double[] {1, 2}), 1))
                .hasMessageContaining("layer layer must have 2 columns");
    }

    private static TrustedExamples examples(Map<String, double[][]> rows) {
        SequencedMap<String, Matrix> features = new LinkedHashMap<>();
        rows.forEach((layer, values) -> features.put(layer, Matrix.ofRows(values)));
        int n = features.firstEntry().getValue().rows();
        return new TrustedExamples(
                IntStream.range(0, n)
                        .mapToObj(i -> new TrustedExamples.Text(String.valueOf(i), null, List.of()))
                        .toList(),
                features);
    }
}
