package org.quirkwatch.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.quirkwatch.linalg.FittedState;
import org.quirkwatch.linalg.LinearAlgebra;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.problem.Problem;

class FlowTest {

    @ParameterizedTest
    @EnumSource(FlowPrior.class)
    void theSurpriseIsThatOfTheLatentsLessTheLogOfTheNumericalJacobian(FlowPrior prior) {
        Flow flow = new FlowTraining(prior, 8, 3, 5, 20, 1).train(banana(400, 3, 1));
        assertThat(flow.components()).isEqualTo(3);
        Matrix test = banana(12, 3, 2);
        double[] surprises = flow.surprises(test);
        double[] deviations = flow.state().tensor("deviations", 1, 3).row(0);
        for (int row = 0; row < test.rows(); row++) {
            double[] x = test.row(row);
            double[] z = flow.latents(Matrix.wrap(1, 3, x)).row(0);
            // Of the features; the flow's density is of standardised ones.
            double logVolume = Math.log(Math.abs(determinant(jacobian(flow, x))));
            double expected = -logVolume;
            for (int i = 0; i < 3; i++) {
                expected += prior.surprise(z[i]) - Math.log(deviations[i]);
            }
            assertThat(surprises[row]).isCloseTo(expected / 3, within(1e-6));
        }
    }

    @Test
    void theInverseGivesTheRowsBack() {
        Flow flow = new FlowTraining(FlowPrior.NORMAL, 8, 4, 16, 20, 1).train(banana(400, 5, 1));
        Matrix test = banana(30, 5, 2);
        assertThat(flow.inverse(flow.latents(test)).toArray())
                .containsExactly(test.toArray(), within(1e-9));
    }

    @Test
    void whatIsBesideTheComponentsIsLost() {
        Flow flow = new FlowTraining(FlowPrior.NORMAL, 2, 2, 8, 5, 1).train(banana(400, 5, 1));
        Matrix test = banana(30, 5, 2);
        Matrix back = flow.inverse(flow.latents(test));
        assertThat(flow.latents(test).columns()).isEqualTo(2);
        assertThat(back).isNotEqualTo(test);
        assertThat(flow.surprises(back)).containsExactly(flow.surprises(test), within(1e-9));
    }

    @ParameterizedTest
    @EnumSource(FlowPrior.class)
    void aBananaIsMoreLikelyThanUnderAGaussian(FlowPrior prior) {
        Matrix trusted = banana(1000, 2, 1);
        Matrix fresh = banana(1000, 2, 2);
        Flow flow = FlowTraining.standard(prior).train(trusted);
        double surprise = mean(flow.surprises(fresh));
        double gaussian = mean(gaussian(trusted, fresh));
        assertThat(surprise).isLessThan(gaussian - 0.15);
    }

    @Test
    void withoutCouplingsItIsTheGaussianOfTheFirstComponent() {
        Matrix trusted = banana(500, 1, 1);
        Matrix fresh = banana(50, 1, 2);
        Flow flow = FlowTraining.standard(FlowPrior.NORMAL).train(trusted);
        assertThat(flow.surprises(fresh)).containsExactly(gaussian(trusted, fresh), within(1e-9));
        assertThat(Flow.of(flow.state()).surprises(fresh)).containsExactly(flow.surprises(fresh));
    }

    @Test
    void aRowHasTheSameSurpriseAloneAndInABatch() {
        Flow flow = new FlowTraining(FlowPrior.LAPLACE, 32, 6, 64, 3, 1).train(banana(400, 80, 1));
        Matrix test = banana(90, 80, 2);
        double[] surprises = flow.surprises(test);
        Matrix latents = flow.latents(test);
        for (int row = 0; row < test.rows(); row++) {
            Matrix alone = test.slice(row, row + 1);
            assertThat(flow.surprises(alone)[0])
                    .isCloseTo(surprises[row], within(1e-9 * Math.abs(surprises[row])));
            assertThat(flow.latents(alone).row(0)).containsExactly(latents.row(row), within(1e-9));
        }
    }

    @Test
    void anotherSeedTrainsAnotherFlow() {
        Matrix trusted = banana(60, 3, 1);
        FlowTraining training = new FlowTraining(FlowPrior.NORMAL, 8, 2, 8, 2, 5);
        assertThat(training.train(trusted).state()).isEqualTo(training.train(trusted).state());
        assertThat(new FlowTraining(FlowPrior.NORMAL, 8, 2, 8, 2, 6).train(trusted).state())
                .isNotEqualTo(training.train(trusted).state());
    }

    @Test
    void aFeatureThatStandsStillHasNoInfluence() {
        Matrix varied = banana(60, 2, 1);
        FlowTraining training = new FlowTraining(FlowPrior.NORMAL, 8, 2, 8, 2, 0);
        Flow flow = training.train(withConstant(varied, 0.1f));
        assertThat(flow.components()).isEqualTo(2);
        assertThat(flow.surprises(withConstant(varied, 0.1f)))
                .containsExactly(flow.surprises(withConstant(varied, 7)), within(1e-9));
        assertThat(flow.surprises(withConstant(varied, Double.NaN))).containsOnly(Double.NaN);
    }

    @Test
    void rowsThatCannotTrainAreRefused() {
        FlowTraining training = FlowTraining.standard(FlowPrior.NORMAL);
        assertThatThrownBy(() -> training.train(banana(9, 2, 1)))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("9 trusted row(s) to fit on, 10 or more are needed");
        assertThatThrownBy(() -> training.train(Matrix.wrap(20, 3, new double[60])))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("the same in all 20 trusted rows");
        assertThatThrownBy(() -> new FlowTraining(FlowPrior.NORMAL, 513, 1, 1, 1, 0))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("components of a flow must be 1 to 512, got 513");
    }

    @Test
    void aStateOutsideItsRangesIsRefusedByName() {
        FittedState state =
                new FlowTraining(FlowPrior.NORMAL, 2, 1, 4, 1, 0).train(banana(60, 3, 1)).state();
        assertRefused(state, "components", 513, "components must be at most 512, got 513");
        assertRefused(state, "couplings", 65, "couplings must be at most 64, got 65");
        assertRefused(state, "couplings", 0, "couplings must be a whole number of 1 or more");
        assertRefused(state, "hidden", 1025, "hidden must be at most 1024, got 1025");
        assertRefused(state, "prior", 2, "prior must be 0 or 1");
        assertRefused(state, "variances", Matrix.of(1, 2, new double[] {1, 0}), "variances");
        assertRefused(state, "deviations", Matrix.of(1, 3, new double[] {1, -1, 1}), "deviations");
        assertRefused(
                state,
                "directions",
                Matrix.of(3, 2, new double[] {1, 0, 0, 2, 0, 0}),
                "directions must have columns of length 1, column 1");
    }

    private static void assertRefused(
            FittedState state, String name, double value, String message) {
        Map<String, Double> numbers = new HashMap<>(state.numbers());
        numbers.put(name, value);
        assertThatThrownBy(() -> Flow.of(new FittedState(numbers, state.tensors())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    private static void assertRefused(
            FittedState state, String name, Matrix value, String message) {
        Map<String, Matrix> tensors = new HashMap<>(state.tensors());
        tensors.put(name, value);
        assertThatThrownBy(() -> Flow.of(new FittedState(state.numbers(), tensors)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    /// Each feature after the first is the square of the one before, and noise.
    private static Matrix banana(int rows, int features, long seed) {
        Random random = new Random(seed);
        double[] values = new double[rows * features];
        for (int i = 0; i < values.length; i++) {
            double before = i % features == 0 ? 0 : Math.clamp(values[i - 1], -3, 3);
            double noise = i % features == 0 ? 1 : 0.3;
            values[i] = before * before + noise * random.nextGaussian();
        }
        return Matrix.wrap(rows, features, values);
    }

    private static Matrix withConstant(Matrix rows, double value) {
        double[] constant = new double[rows.rows()];
        Arrays.fill(constant, value);
        return Matrix.besideEachOther(
                java.util.List.of(rows, Matrix.wrap(rows.rows(), 1, constant)));
    }

    /// `[k][d]`, by central differences.
    private static double[][] jacobian(Flow flow, double[] x) {
        double[][] jacobian = new double[x.length][x.length];
        for (int i = 0; i < x.length; i++) {
            double step = 1e-5;
            double[] up = x.clone();
            double[] down = x.clone();
            up[i] += step;
            down[i] -= step;
            double[] high = flow.latents(Matrix.wrap(1, x.length, up)).row(0);
            double[] low = flow.latents(Matrix.wrap(1, x.length, down)).row(0);
            for (int j = 0; j < x.length; j++) {
                jacobian[j][i] = (high[j] - low[j]) / (2 * step);
            }
        }
        return jacobian;
    }

    /// Of a 3 x 3 matrix.
    private static double determinant(double[][] a) {
        return a[0][0] * (a[1][1] * a[2][2] - a[1][2] * a[2][1])
                - a[0][1] * (a[1][0] * a[2][2] - a[1][2] * a[2][0])
                + a[0][2] * (a[1][0] * a[2][1] - a[1][1] * a[2][0]);
    }

    /// −log of a fitted Gaussian's density, per feature, of features divided by their deviations.
    private static double[] gaussian(Matrix trusted, Matrix rows) {
        int d = trusted.columns();
        int n = trusted.rows();
        double[] mean = new double[d];
        double[] deviations = new double[d];
        for (int i = 0; i < d; i++) {
            mean[i] = Arrays.stream(trusted.column(i)).average().orElseThrow();
            double centre = mean[i];
            deviations[i] =
                    Math.sqrt(
                            Arrays.stream(trusted.column(i))
                                    .map(value -> (value - centre) * (value - centre))
                                    .average()
                                    .orElseThrow());
        }
        double[] covariance = LinearAlgebra.gram(standardised(trusted, mean, deviations)).toArray();
        for (int i = 0; i < covariance.length; i++) {
            covariance[i] /= n - 1;
        }
        Matrix triangle = LinearAlgebra.whitening(Matrix.wrap(d, d, covariance));
        Matrix white = LinearAlgebra.multiply(standardised(rows, mean, deviations), triangle);
        double[] surprises = new double[rows.rows()];
        for (int row = 0; row < surprises.length; row++) {
            for (int i = 0; i < d; i++) {
                double z = white.get(row, i);
                surprises[row] +=
                        (z * z / 2 + Math.log(2 * Math.PI) / 2 - Math.log(triangle.get(i, i))) / d;
            }
        }
        return surprises;
    }

    private static Matrix standardised(Matrix rows, double[] mean, double[] deviations) {
        double[] values = rows.toArray();
        for (int i = 0; i < values.length; i++) {
            values[i] = (values[i] - mean[i % mean.length]) / deviations[i % mean.length];
        }
        return Matrix.wrap(rows.rows(), rows.columns(), values);
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).average().orElseThrow();
    }
}
