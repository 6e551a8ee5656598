package org.quirkwatch.model;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.model.CaptureSpec.Outputs;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.signal.Signal;

/// Logits after the prompt are held to transformers in [GoldenDecoderTest]. Those of the other
/// positions follow from them: a decoder looks back only, so the logits at a token are those after
/// the prompt that ends with it, and a mean position has their mean.
class LogitsTest {

    private static final double TOLERANCE = 1e-4;

    @ParameterizedTest
    @EnumSource
    void atAnyPositionTheyAreThoseAfterThePromptsThatEndThere(GoldenVariant variant) {
        try (HookedModel model = variant.load(Precision.FLOAT32)) {
            List<TokenizedSignal> signals = GoldenVariant.tokens(model);
            List<Matrix> after =
                    signals.stream().map(signal -> afterEveryToken(model, signal)).toList();
            for (Position position : Position.values()) {
                Matrix logits =
                        model.run(signals, new CaptureSpec(List.of(), Outputs.logits(position)))
                                .logits()
                                .orElseThrow();
                for (int i = 0; i < signals.size(); i++) {
                    int prompt = signals.get(i).prompt().length;
                    int all = after.get(i).rows();
                    Matrix span =
                            switch (position) {
                                case LAST -> after.get(i).slice(prompt - 1, prompt);
                                case MEAN_PROMPT -> after.get(i).slice(0, prompt);
                                case LABEL -> after.get(i).slice(all - 1, all);
                                case MEAN_LABEL -> after.get(i).slice(prompt, all);
                            };
                    GoldenDecoderTest.assertClose(logits.slice(i, i + 1), mean(span), TOLERANCE);
                }
            }
        }
    }

    @Test
    void besideGradientsAndOtherPositionsTheyAreTheSame() {
        try (HookedModel model = GoldenVariant.LLAMA_GQA.load(Precision.FLOAT32)) {
            List<TokenizedSignal> signals = GoldenVariant.tokens(model);
            Outputs outputs = Outputs.logits(Position.MEAN_PROMPT);
            Tap gradient =
                    new Tap(
                            new HookPoint(1, Site.MLP_IN),
                            Position.MEAN_LABEL,
                            new Quantity.Gradient(Quantity.Objective.LOG_ODDS));
            Matrix alone =
                    model.run(signals, new CaptureSpec(List.of(), outputs)).logits().orElseThrow();
            Matrix beside =
                    model.run(signals, new CaptureSpec(List.of(gradient), outputs))
                            .logits()
                            .orElseThrow();

            GoldenDecoderTest.assertClose(beside, alone, 2e-5);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"LABEL", "MEAN_LABEL"})
    void ofALabelThatASignalLacksThereAreNone(Position position) {
        try (HookedModel model = GoldenVariant.LLAMA_GQA.load(Precision.FLOAT32)) {
            TokenizedSignal unlabelled =
                    model.tokenize(new Signal("s-1", "Is it so?", null, List.of()));
            CaptureSpec spec = new CaptureSpec(List.of(), Outputs.logits(position));

            assertThatThrownBy(() -> model.run(List.of(unlabelled), spec))
                    .isInstanceOf(Problem.class)
                    .hasMessageContaining("signal s-1 has no label");
        }
    }

    /// `[tokens of prompt and label, dVocab]`
    private static Matrix afterEveryToken(HookedModel model, TokenizedSignal signal) {
        long[] tokens =
                LongStream.concat(LongStream.of(signal.prompt()), LongStream.of(signal.label()))
                        .toArray();
        List<TokenizedSignal> prompts =
                IntStream.rangeClosed(1, tokens.length)
                        .mapToObj(length -> Arrays.copyOf(tokens, length))
                        .map(prompt -> new TokenizedSignal(signal.signal(), prompt, List.of()))
                        .toList();
        return model.run(prompts, new CaptureSpec(List.of(), Outputs.logits(Position.LAST)))
                .logits()
                .orElseThrow();
    }

    /// `[1, columns]`
    private static Matrix mean(Matrix rows) {
        double[] mean = new double[rows.columns()];
        for (int row = 0; row < rows.rows(); row++) {
            for (int column = 0; column < mean.length; column++) {
                mean[column] += rows.get(row, column) / rows.rows();
            }
        }
        return Matrix.wrap(1, mean.length, mean);
    }
}
