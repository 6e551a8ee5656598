package org.quirkwatch.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.quirkwatch.artifact.Artifact;
import org.quirkwatch.detector.Rule;
import org.quirkwatch.detector.Rules;
import org.quirkwatch.lane.Measurement;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.model.HookedModel;
import org.quirkwatch.model.TokenizedSignal;
import org.quirkwatch.signal.Signal;

class HeadContributionsTest {

    static List<String> rules() {
        return Rules.all().stream().map(Rule::name).toList();
    }

    @ParameterizedTest
    @MethodSource("rules")
    void areDifferencesOfTheScoreWithAHeadAtItsTrustedMean(String rule) {
        Artifact artifact = TinyDetector.withHeads("heads", rule, 160);
        Signal signal = TinyDetector.signals(1, new SplittableRandom(5)).getFirst();
        try (HookedModel model = TinyDetector.load()) {
            Scorer scorer = new Scorer(model, artifact);
            TokenizedSignal tokens = scorer.tokenize(signal);
            Measurement measurement =
                    scorer.measurer().measure(List.of(tokens)).measurements().getFirst();
            assertThat(measurement).isInstanceOf(Measurement.Measured.class);
            Measurement.Measured measured = (Measurement.Measured) measurement;
            Map<String, double[]> contributions = scorer.headContributions(measured);

            assertThat(contributions.keySet()).isEqualTo(measured.layers().keySet());
            contributions.forEach((layer, heads) -> {
                assertThat(heads).hasSize(model.nHeads());
                for (int head = 0; head < heads.length; head++) {
                    double without = without(artifact, measured, layer, head);
                    double score = Objects.requireNonNull(measured.layers().get(layer));
                    assertThat(heads[head])
                            .isCloseTo(score - without, within(1e-6 * (1 + Math.abs(score))));
                }
            });
        }
    }

    /// The layer's score with one head, which has one column here, at its trusted mean.
    private static double without(
            Artifact artifact, Measurement.Measured measured, String layer, int head) {
        Map<String, Matrix> rows = new java.util.LinkedHashMap<>();
        measured.headRows()
                .forEach((name, row) -> {
                    double[] changed = row.clone();
                    if (name.equals(layer)) {
                        changed[head] =
                                Objects.requireNonNull(artifact.kept().headMeans().get(layer))
                                        .get(0, head);
                    }
                    rows.put(name, Matrix.of(1, changed.length, changed));
                });
        int place = List.copyOf(measured.layers().keySet()).indexOf(layer);
        return artifact.detector().layers().score(rows)[0][place];
    }
}
