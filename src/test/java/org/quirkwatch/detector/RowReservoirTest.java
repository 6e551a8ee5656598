package org.quirkwatch.detector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.problem.Problem;

class RowReservoirTest {

    @Test
    void asManyRowsAsFitAreAllKeptInOrder() {
        RowReservoir reservoir = new RowReservoir(50, 0, 4);
        reservoir.add(numbered(0, 20));
        reservoir.add(numbered(20, 50));
        assertThat(reservoir.varied(2)).isEqualTo(numbered(0, 50));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 64, 300})
    void theBatchesDoNotMatter(int batch) {
        RowReservoir whole = new RowReservoir(40, 3, 4);
        whole.add(numbered(0, 300));
        RowReservoir parts = new RowReservoir(40, 3, 4);
        for (int from = 0; from < 300; from += batch) {
            parts.add(numbered(from, Math.min(from + batch, 300)));
        }
        assertThat(parts.varied(2)).isEqualTo(whole.varied(2));
        assertThat(parts.seen()).isEqualTo(300);
    }

    @Test
    void everyRowIsKeptEquallyOften() {
        int[] kept = new int[60];
        int seeds = 6000;
        for (int seed = 0; seed < seeds; seed++) {
            RowReservoir reservoir = new RowReservoir(15, seed, 4);
            reservoir.add(numbered(0, 60));
            for (double row : reservoir.varied(2).column(0)) {
                kept[(int) row]++;
            }
        }
        // A quarter each, with a standard deviation of 34: five of them.
        assertThat(IntStream.of(kept).boxed())
                .allSatisfy(times -> assertThat(times).isBetween(1330, 1670));
    }

    @Test
    void anotherSeedKeepsOthers() {
        RowReservoir one = new RowReservoir(40, 0, 4);
        RowReservoir other = new RowReservoir(40, 1, 4);
        one.add(numbered(0, 300));
        other.add(numbered(0, 300));
        assertThat(one.varied(2)).isNotEqualTo(other.varied(2));
    }

    @Test
    void aBatchThatIsRefusedLeavesNothingBehind() {
        RowReservoir reservoir = new RowReservoir(40, 0, 2);
        reservoir.add(numbered(0, 3));
        Matrix broken = Matrix.of(2, 2, new double[] {1, 2, 3, Double.POSITIVE_INFINITY});
        assertThatThrownBy(() -> reservoir.add(broken)).hasMessageContaining("Infinity");
        assertThatThrownBy(() -> reservoir.add(Matrix.of(1, 2, new double[] {1, 1e39})))
                .hasMessageContaining("1.0E39");
        assertThat(reservoir.varied(2)).isEqualTo(numbered(0, 3));
    }

    @Test
    void tooFewTooWideAndEqualRowsAreRefusedWithTheirNumber() {
        RowReservoir reservoir = new RowReservoir(40, 0, 2);
        reservoir.add(numbered(0, 2));
        assertThatThrownBy(() -> reservoir.varied(3))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("2 trusted row(s) to fit on, 3 or more are needed");
        assertThatThrownBy(() ->
                        new RowReservoir(40, 0, 2).add(Matrix.wrap(1, 3, new double[] {1, 2, 3})))
                .hasMessageContaining("1 to 2 features, got 3");
        RowReservoir same = new RowReservoir(40, 0, 2);
        same.add(Matrix.of(3, 1, new double[] {0.1f, 0.1f, 0.1f}));
        assertThatThrownBy(() -> same.varied(2))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("the same in all 3 trusted rows");
    }

    /// Rows `(i, -i)`.
    private static Matrix numbered(int from, int to) {
        return Matrix.wrap(
                to - from,
                2,
                IntStream.range(from, to).boxed().flatMapToDouble(RowReservoirTest::row).toArray());
    }

    private static java.util.stream.DoubleStream row(int number) {
        return java.util.stream.DoubleStream.of(number, -number);
    }
}
