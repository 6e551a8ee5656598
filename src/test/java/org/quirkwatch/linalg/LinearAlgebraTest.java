package org.quirkwatch.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LinearAlgebraTest {

    @Test
    void aProductIsTheSameInJavaAndInTheProgram() {
        Matrix a = random(7, 33, 1);
        Matrix b = random(33, 5, 2);
        assertThat(LinearAlgebra.multiplyNatively(a, b).toArray())
                .containsExactly(LinearAlgebra.multiplyInJava(a, b).toArray(), within(1e-12));
    }

    @Test
    void aLargeProductKeepsEveryRowWhereItIs() {
        Matrix a = random(64, 512, 3);
        Matrix b = random(512, 400, 4);
        Matrix whole = LinearAlgebra.multiply(a, b);
        for (int row : new int[] {0, 31, 63}) {
            assertThat(LinearAlgebra.multiply(a.slice(row, row + 1), b).row(0))
                    .containsExactly(whole.row(row), within(1e-10));
        }
    }

    @Test
    void singularVectorsRebuildTheProductOfTheMatrixWithItself() {
        for (int[] shape : new int[][] {{9, 4}, {4, 9}}) {
            Matrix x = random(shape[0], shape[1], 5);
            Svd svd = LinearAlgebra.svd(x);
            assertThat(svd.values()).hasSize(4).isSortedAccordingTo((p, q) -> Double.compare(q, p));
            Matrix projected = LinearAlgebra.multiply(x, svd.vectors());
            for (int i = 0; i < 4; i++) {
                double norm = 0;
                for (double value : projected.column(i)) {
                    norm += value * value;
                }
                assertThat(Math.sqrt(norm)).isCloseTo(svd.values()[i], within(1e-10));
            }
        }
    }

    @Test
    void theWhiteningOfACovarianceTimesItsTransposeIsTheInverse() {
        Matrix covariance = LinearAlgebra.gram(random(20, 5, 6));
        Matrix whitening = LinearAlgebra.whitening(covariance);
        Matrix identity =
                LinearAlgebra.multiply(
                        covariance, LinearAlgebra.multiply(whitening, whitening.transposed()));
        for (int i = 0; i < 5; i++) {
            assertThat(whitening.get(i, i)).isPositive();
            for (int j = 0; j < 5; j++) {
                assertThat(identity.get(i, j)).isCloseTo(i == j ? 1 : 0, within(1e-10));
                assertThat(j < i ? whitening.get(i, j) : 0).isZero();
            }
        }
        assertThatThrownBy(() -> LinearAlgebra.whitening(random(2, 3, 1)))
                .hasMessageContaining("2 x 3");
    }

    @Test
    void manyThreadsGetTheirOwnResults() {
        List<Double> largest =
                IntStream.range(1, 33)
                        .parallel()
                        .mapToObj(i ->
                                LinearAlgebra.svd(Matrix.ofRows(new double[][] {{i, 0}, {0, 0.5}}))
                                        .values()[0])
                        .toList();
        for (int i = 1; i < 33; i++) {
            assertThat(largest.get(i - 1)).isCloseTo(i, within(1e-12));
        }
    }

    @Test
    void whatCannotBeDecomposedIsRefused() {
        assertThatThrownBy(() -> LinearAlgebra.svd(Matrix.of(1, 2, new double[] {1, Double.NaN})))
                .hasMessageContaining("not finite");
        assertThatThrownBy(() -> LinearAlgebra.multiply(random(2, 3, 7), random(2, 3, 8)))
                .hasMessageContaining("2 x 3");
    }

    static Matrix random(int rows, int columns, long seed) {
        Random random = new Random(seed);
        double[] values = new double[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextGaussian();
        }
        return Matrix.wrap(rows, columns, values);
    }
}
