package org.quirkwatch.detector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.problem.Problem;

/// What every scoring rule promises. A rule's test extends this.
abstract class DetectorContract {

    /// The rule under test, as it is used by default.
    abstract Detector rule();

    @ParameterizedTest
    @CsvSource({"300, 8", "40, 64", "1500, 1", "5, 3"})
    void scoresAreFiniteAndOneForEachRow(int rows, int features) {
        FittedDetector fitted = fit(TrustedRows.draw(rows, features, 1));
        for (int n : new int[] {0, 1, 17}) {
            double[] scores = fitted.score(TrustedRows.draw(n, features, 2));
            assertThat(scores).hasSize(n);
            for (double score : scores) {
                assertThat(score).isFinite();
            }
        }
        assertThat(fitted.nFeatures()).isEqualTo(features);
        assertThat(fitted.rule()).isEqualTo(rule().rule());
    }

    @Test
    void rowsFarFromTheTrustedOnesScoreHigher() {
        FittedDetector fitted = fit(TrustedRows.draw(300, 8, 1));
        double[] near = fitted.score(TrustedRows.draw(100, 8, 2));
        double[] values = TrustedRows.draw(100, 8, 2).toArray();
        for (int i = 0; i < values.length; i++) {
            values[i] += 10;
        }
        double[] far = fitted.score(Matrix.wrap(100, 8, values));
        for (int row = 0; row < 100; row++) {
            assertThat(far[row]).isGreaterThan(near[row]);
        }
    }

    @Test
    void theOrderOfTheBatchDoesNotMatter() {
        FittedDetector fitted = fit(TrustedRows.draw(300, 16, 1));
        Matrix rows = TrustedRows.draw(40, 16, 2);
        double[] scores = fitted.score(rows);
        int[] order = new Random(3).ints(0, 40).distinct().limit(40).toArray();
        double[] permuted = fitted.score(pick(rows, order));
        for (int i = 0; i < order.length; i++) {
            assertThat(permuted[i]).isCloseTo(scores[order[i]], within(1e-9 * scores[order[i]]));
        }
    }

    @Test
    void aRowScoresTheSameAloneAndInABatch() {
        // Large enough that the batch goes another way through the linear algebra than the row.
        FittedDetector fitted = fit(TrustedRows.draw(1200, 400, 1));
        Matrix rows = TrustedRows.draw(80, 400, 2);
        double[] scores = fitted.score(rows);
        for (int row = 0; row < rows.rows(); row++) {
            assertThat(fitted.score(rows.slice(row, row + 1))[0])
                    .isCloseTo(scores[row], within(1e-9 * scores[row]));
        }
    }

    @Test
    void theStateGivesTheSameDetectorBack() {
        FittedDetector fitted = fit(TrustedRows.draw(60, 12, 1));
        FittedDetector restored = FittedDetector.of(fitted.rule(), fitted.state());
        Matrix rows = TrustedRows.draw(20, 12, 2);
        assertThat(restored.score(rows)).containsExactly(fitted.score(rows));
        assertThat(restored.state()).isEqualTo(fitted.state());
    }

    @Test
    void aStateWithoutOneOfItsPartsIsRefusedByName() {
        FittedDetector fitted = fit(TrustedRows.draw(60, 12, 1));
        FittedState state = fitted.state();
        for (String tensor : state.tensors().keySet()) {
            Map<String, Matrix> fewer = new HashMap<>(state.tensors());
            fewer.remove(tensor);
            assertRefused(new FittedState(state.numbers(), fewer), tensor);
            Map<String, Matrix> reshaped = new HashMap<>(state.tensors());
            reshaped.put(tensor, Matrix.of(3, 1, new double[] {1, 1, 1}));
            assertRefused(new FittedState(state.numbers(), reshaped), tensor);
        }
        for (String number : state.numbers().keySet()) {
            Map<String, Double> fewer = new HashMap<>(state.numbers());
            fewer.remove(number);
            assertRefused(new FittedState(fewer, state.tensors()), number);
            Map<String, Double> negative = new HashMap<>(state.numbers());
            negative.put(number, -1.0);
            assertRefused(new FittedState(negative, state.tensors()), number);
        }
    }

    @Test
    void threadsMayShareAFittedDetector() {
        FittedDetector fitted = fit(TrustedRows.draw(300, 32, 1));
        Matrix rows = TrustedRows.draw(50, 32, 2);
        double[] expected = fitted.score(rows);
        List<double[]> results =
                IntStream.range(0, 64).parallel().mapToObj(i -> fitted.score(rows)).toList();
        assertThat(results).allSatisfy(scores -> assertThat(scores).containsExactly(expected));
    }

    @Test
    void moreRowsAfterAFitDoNotChangeWhatWasFitted() {
        Fitter fitter = rule().fitter();
        fitter.add(TrustedRows.draw(100, 8, 1));
        FittedDetector first = fitter.fit();
        Matrix rows = TrustedRows.draw(10, 8, 2);
        double[] before = first.score(rows);
        double[] moved = TrustedRows.draw(100, 8, 3).toArray();
        for (int i = 0; i < moved.length; i++) {
            moved[i] *= 3;
        }
        fitter.add(Matrix.wrap(100, 8, moved));
        assertThat(fitter.fit().score(rows)).isNotEqualTo(before);
        assertThat(first.score(rows)).containsExactly(before);
    }

    @Test
    void rowsThatAreNotFiniteAreNotFittedAndHaveNoScore() {
        Fitter fitter = rule().fitter();
        assertThatThrownBy(() -> fitter.add(Matrix.of(1, 2, new double[] {1, Double.NaN})))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("not finite");
        FittedDetector fitted = fit(TrustedRows.draw(60, 2, 1));
        double[] scores =
                fitted.score(Matrix.of(3, 2, new double[] {Double.NaN, 1, 1, 1, 1, Double.NaN}));
        assertThat(scores[0]).isNaN();
        assertThat(scores[1]).isFinite();
        assertThat(scores[2]).isNaN();
    }

    @Test
    void nothingToFitOnIsRefused() {
        assertThatThrownBy(() -> rule().fitter().fit())
                .isInstanceOf(Problem.class)
                .hasMessageContaining("0 trusted row(s)");
        double[] constant = new double[50 * 4];
        java.util.Arrays.fill(constant, 0.1f);
        assertThatThrownBy(() -> fit(Matrix.wrap(50, 4, constant)))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("same in all 50 trusted rows");
    }

    @Test
    void rowsOfAnotherWidthAreRefused() {
        FittedDetector fitted = fit(TrustedRows.draw(60, 4, 1));
        assertThatThrownBy(() -> fitted.score(TrustedRows.draw(2, 5, 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("4 features");
    }

    FittedDetector fit(Matrix trusted) {
        Fitter fitter = rule().fitter();
        int middle = trusted.rows() / 3;
        fitter.add(trusted.slice(0, middle));
        fitter.add(trusted.slice(middle, trusted.rows()));
        return fitter.fit();
    }

    private void assertRefused(FittedState state, String name) {
        assertThatThrownBy(() -> FittedDetector.of(rule().rule(), state))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(name);
    }

    private static Matrix pick(Matrix rows, int[] order) {
        return Matrix.ofRows(IntStream.of(order).mapToObj(rows::row).toArray(double[][]::new));
    }
}
