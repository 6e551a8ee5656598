package org.quirkwatch.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearestRowsTest {

    @ParameterizedTest
    // Some lie so far from the origin that a product alone would order nothing, or are so large or
    // small that single precision does not hold their squares, or not even them.
    @CsvSource({
        "200, 3, 0, 1, 40",
        "60, 50, 1, 1, 40",
        "300, 8, 1e7, 1, 40",
        "300, 8, 1e7, 1, 3",
        "100, 9, 1, 1e30, 40",
        "100, 9, 1, 1e30, 3",
        "100, 9, 1, 1e-30, 40",
        "100, 9, 1, 1e-30, 3",
        "100, 9, 1, 1e-140, 40",
        "100, 9, 1, 1e140, 3"
    })
    void theNearestAreThoseOfTheSumsOfSquares(
            int n, int d, double offset, double scale, int count) {
        Matrix rows = scaled(random(n, d, offset, 1), scale);
        Matrix queries = scaled(random(count, d, offset, 2), scale);
        NearestRows.Found[] found = new NearestRows(rows).nearest(queries, 7);
        for (int query = 0; query < count; query++) {
            assertThat(found[query].indices()).containsExactly(order(rows, queries, query, 7));
            assertThat(found[query].squaredDistances()).isSorted();
        }
    }

    @Test
    void aQueryAloneFindsTheSameAsInABatchToTheLastBit() {
        Matrix queries = random(40, 31, 100, 2);
        NearestRows rows = new NearestRows(random(200, 31, 100, 1));
        NearestRows.Found[] batch = rows.nearest(queries, 9);
        for (int query = 0; query < 40; query++) {
            NearestRows.Found alone = rows.nearest(queries.slice(query, query + 1), 9)[0];
            assertThat(alone.indices()).isEqualTo(batch[query].indices());
            assertThat(alone.squaredDistances()).isEqualTo(batch[query].squaredDistances());
        }
    }

    @Test
    void nearDuplicatesKeepTheirSmallDistances() {
        double[] values = random(100, 20, 1000, 1).toArray();
        double[] nudged = values.clone();
        for (int i = 0; i < nudged.length; i += 20) {
            nudged[i] += 1e-6;
        }
        NearestRows rows = new NearestRows(Matrix.of(100, 20, values));
        NearestRows.Found[] found = rows.nearest(Matrix.of(100, 20, nudged), 1);
        for (int row = 0; row < 100; row++) {
            double step = nudged[row * 20] - values[row * 20];
            assertThat(found[row].indices()).containsExactly(row);
            assertThat(found[row].squaredDistances()).containsExactly(step * step);
        }
    }

    @Test
    void aRowIsNotAmongTheOthersEvenIfItStandsTwice() {
        Matrix rows =
                Matrix.of(
                        20,
                        1,
                        IntStream.range(0, 20).map(i -> i / 2 * 3).asDoubleStream().toArray());
        NearestRows.Found[] found = new NearestRows(rows).nearestOthers(1);
        for (int row = 0; row < 20; row++) {
            assertThat(found[row].indices()).containsExactly(row ^ 1);
            assertThat(found[row].squaredDistances()).containsExactly(0);
        }
    }

    @ParameterizedTest
    @CsvSource({"1", "40"})
    void ranksCountTheNearerRows(int queries) {
        // On a grid, so that many rows are equally near.
        Random random = new Random(1);
        Matrix rows =
                Matrix.of(150, 2, random.doubles(300).map(value -> Math.rint(4 * value)).toArray());
        Matrix some = random(queries, 2, 2, 3);
        int[][] targets = new int[queries][];
        for (int query = 0; query < queries; query++) {
            targets[query] = random.ints(12, 0, 150).toArray();
        }
        int[][] ranks = new NearestRows(rows).ranks(some, targets);
        for (int query = 0; query < queries; query++) {
            for (int i = 0; i < 12; i++) {
                double limit = squaredDistance(rows, targets[query][i], some, query);
                int at = query;
                long expected =
                        IntStream.range(0, 150)
                                .filter(row -> squaredDistance(rows, row, some, at) < limit)
                                .count();
                assertThat(ranks[query][i]).isEqualTo((int) expected);
            }
        }
    }

    @Test
    void ranksAmongOthersDoNotCountTheRowItself() {
        Matrix rows = random(50, 3, 0, 1);
        NearestRows nearest = new NearestRows(rows);
        int[][] targets = new int[50][];
        NearestRows.Found[] found = nearest.nearestOthers(5);
        for (int row = 0; row < 50; row++) {
            targets[row] = found[row].indices();
        }
        assertThat(Arrays.stream(nearest.ranksAmongOthers(targets)))
                .allSatisfy(ranks -> assertThat(ranks).containsExactly(0, 1, 2, 3, 4));
    }

    @Test
    void queriesWithoutADistanceFindNothing() {
        NearestRows rows = new NearestRows(random(30, 2, 0, 1));
        Matrix queries = Matrix.of(3, 2, new double[] {Double.NaN, 1, 1e200, 1, 0, 0});
        NearestRows.Found[] found = rows.nearest(queries, 3);
        assertThat(found[0].indices()).isEmpty();
        assertThat(found[1].indices()).isEmpty();
        assertThat(found[2].indices()).hasSize(3);
        assertThat(rows.ranks(queries, new int[][] {{1}, {1}, {1}})[0]).isEmpty();
        assertThatThrownBy(() -> rows.nearest(queries, 31)).hasMessageContaining("1 to 30, got 31");
    }

    private static int[] order(Matrix rows, Matrix queries, int query, int k) {
        return IntStream.range(0, rows.rows())
                .boxed()
                .sorted(
                        Comparator.comparingDouble(
                                row -> squaredDistance(rows, row, queries, query)))
                .limit(k)
                .mapToInt(Integer::intValue)
                .toArray();
    }

    private static double squaredDistance(Matrix rows, int row, Matrix queries, int query) {
        double sum = 0;
        for (int column = 0; column < rows.columns(); column++) {
            double difference = rows.get(row, column) - queries.get(query, column);
            sum += difference * difference;
        }
        return sum;
    }

    @ParameterizedTest
    @CsvSource({"1", "40"})
    void aQueryFarFromAllRowsStillFindsTheNearest(int count) {
        Matrix rows = random(60, 4, 0, 1);
        Matrix queries = scaled(random(count, 4, 0, 2), 1e20);
        NearestRows.Found[] found = new NearestRows(rows).nearest(queries, 3);
        for (int query = 0; query < count; query++) {
            assertThat(found[query].indices()).containsExactly(order(rows, queries, query, 3));
        }
    }

    private static Matrix scaled(Matrix rows, double scale) {
        return Matrix.wrap(
                rows.rows(),
                rows.columns(),
                Arrays.stream(rows.toArray()).map(value -> value * scale).toArray());
    }

    private static Matrix random(int rows, int columns, double offset, long seed) {
        Random random = new Random(seed);
        double[] values = new double[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = offset + random.nextGaussian();
        }
        return Matrix.wrap(rows, columns, values);
    }
}
