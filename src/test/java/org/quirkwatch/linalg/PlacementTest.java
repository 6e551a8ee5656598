package org.quirkwatch.linalg;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PlacementTest {

    @Test
    void theFirstLimitAboveIsThatOfALookAtAll() {
        Random random = new Random(1);
        for (int round = 0; round < 2000; round++) {
            double scale = Math.scalb(1.0, random.nextInt(-1000, 1000));
            double skew = random.nextInt(1, 12);
            double[] limits =
                    random.doubles(random.nextInt(40))
                            .map(x -> (Math.pow(x, skew) - 0.3) * scale)
                            .sorted()
                            .toArray();
            for (int i = 1; i < limits.length; i += 5) {
                limits[i] = limits[i - 1];
            }
            Placement placement = new Placement(limits);
            double[] values =
                    round % 2 == 0
                            ? random.doubles(100).map(x -> (2 * x - 0.5) * scale).toArray()
                            : Arrays.stream(limits)
                                    .flatMap(x -> Arrays.stream(around(x)))
                                    .toArray();
            for (double value : values) {
                assertThat(placement.firstAbove(value))
                        .as("%s among %s", value, Arrays.toString(limits))
                        .isEqualTo(looked(limits, value));
            }
        }
    }

    @Test
    void limitsWithoutASpanAndValuesWithoutAPlace() {
        double top = Double.MAX_VALUE;
        double infinite = Double.POSITIVE_INFINITY;
        assertThat(new Placement(new double[0]).firstAbove(1)).isZero();
        assertThat(new Placement(new double[] {2, 2, 2}).firstAbove(1)).isZero();
        assertThat(new Placement(new double[] {2, 2, 2}).firstAbove(2)).isEqualTo(3);
        assertThat(new Placement(new double[] {-top, 0, top}).firstAbove(-1)).isEqualTo(1);
        assertThat(new Placement(new double[] {0, 1, infinite}).firstAbove(top)).isEqualTo(2);
        assertThat(new Placement(new double[] {0, 1, infinite}).firstAbove(infinite)).isEqualTo(3);
        assertThat(new Placement(new double[] {0, 1}).firstAbove(Double.NaN)).isEqualTo(2);
        assertThat(new Placement(new double[] {0, 1}).firstAbove(-infinite)).isZero();
    }

    private static double[] around(double value) {
        return new double[] {Math.nextDown(value), value, Math.nextUp(value)};
    }

    private static int looked(double[] limits, double value) {
        int first = 0;
        while (first < limits.length && !(limits[first] > value)) {
            first++;
        }
        return first;
    }
}
