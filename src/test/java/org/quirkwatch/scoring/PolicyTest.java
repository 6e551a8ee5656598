package org.quirkwatch.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.quirkwatch.calibration.Calibration;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

class PolicyTest {

    @ParameterizedTest
    @CsvSource({
        "1, ACCEPT",
        "0.01, ACCEPT",
        "0.0099, REVIEW",
        "0.001, REVIEW",
        "0.00099, DISCARD",
        "NaN, REVIEW"
    })
    void rulesByThePValueWithItsLevelsOnTheMilderSide(double pValue, Disposition disposition) {
        assertThat(Policy.standard().rule(pValue)).isEqualTo(disposition);
    }

    @Test
    void aSignalIsNotAcceptedExactlyWhenItsScoreIsAboveTheThreshold() {
        Calibration calibration =
                new Calibration(
                        IntStream.range(0, 2_000).map(i -> i / 7).asDoubleStream().toArray());
        Policy policy = Policy.standard();
        double threshold = calibration.threshold(policy.alphaReview());

        for (double score = 0; score < 300; score += 0.25) {
            boolean accepted = policy.rule(calibration.pValue(score)) == Disposition.ACCEPT;
            assertThat(accepted).isEqualTo(score <= threshold);
        }
    }

    @Test
    void whatCannotBeScoredIsNeverAccepted() {
        for (Policy.OnUnscored on : Policy.OnUnscored.values()) {
            assertThat(on.disposition()).isNotEqualTo(Disposition.ACCEPT);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0.01, 0.001, 'policy p: version must be 1 or more, got 0'",
        "1, 1, 0.001, 'policy p: alpha_review must be in (0, 1), got 1.0'",
        "1, NaN, 0.001, 'policy p: alpha_review must be in (0, 1), got NaN'",
        "1, 0.01, 0.02, 'policy p: alpha_discard must be in (0, alpha_review = 0.01], got 0.02'",
        "1, 0.01, 0, 'policy p: alpha_discard must be in (0, alpha_review = 0.01], got 0.0'",
        "1, 0.01, NaN, 'policy p: alpha_discard must be in (0, alpha_review = 0.01], got NaN'"
    })
    void refusesLevelsOutsideTheirRange(int version, double review, double discard, String detail) {
        assertThatThrownBy(() ->
                        new Policy(
                                "p",
                                version,
                                review,
                                discard,
                                Policy.OnUnscored.REVIEW,
                                Policy.Mode.ENFORCE))
                .isInstanceOfSatisfying(
                        Problem.class,
                        problem -> {
                            assertThat(problem.code()).isEqualTo(ProblemCode.INVALID_REQUEST);
                            assertThat(problem.detail()).isEqualTo(detail);
                        });
    }

    @Test
    void refusesALevelThatTheCalibrationCannotReachAndSaysWhy() {
        Calibration small = new Calibration(IntStream.range(0, 500).asDoubleStream().toArray());

        assertThatThrownBy(() -> Policy.standard().requireResolvable(small))
                .hasMessageContaining("policy default, alpha_discard")
                .hasMessageContaining("0.001")
                .hasMessageContaining("500")
                .hasMessageContaining("1/(n + 1)");
    }
}
