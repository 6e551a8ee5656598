package org.quirkwatch.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.model.CaptureSpec.Outputs;
import org.quirkwatch.model.Quantity.Objective;
import org.quirkwatch.signal.Signal;

/// Gradients against central differences of the decoder itself, in float64, without a way into its
/// middle: a site is moved by moving the weights before it.
///
/// The site's value at a position t is W u_t (plus what does not depend on W), with u_t what W is
/// applied to. W + h d cᵀ adds h (c · u_t) d to it, so with c such that c · u_t = τ_t at every
/// position, the objective's derivative by h at 0 is Σ_t τ_t g_t · d: the pooled gradient along d,
/// when τ is the pooling. The u_t come from the taps, of prompts cut off after t, and c from their
/// Gram matrix.
class FiniteDifferenceTest {

    private static final double STEP = 1e-5;

    private static final Signal SIGNAL =
            new Signal(
                    "d",
                    "Is 12 + 30 the sum?",
                    " not so",
                    List.of(" Yes", " not so", " No", "\nnever"));

    @TempDir Path folder;

    /// The lists of token prefixes over which the values at all positions spread, and the weight of
    /// each in a pooled position.
    ///
    /// @param last of the prompt
    private record Prefixes(Map<List<Long>, double[]> weights, List<Long> last) {

        static Prefixes of(TokenizedSignal signal, Position position) {
            Map<List<Long>, double[]> weights = new LinkedHashMap<>();
            List<Long> prefix = new ArrayList<>();
            for (long token : signal.prompt()) {
                prefix.add(token);
                boolean isLast = prefix.size() == signal.prompt().length;
                double weight =
                        switch (position) {
                            case LAST -> isLast ? 1 : 0;
                            case MEAN_PROMPT -> 1.0 / signal.prompt().length;
                            case LABEL, MEAN_LABEL -> 0;
                        };
                weights.put(List.copyOf(prefix), new double[] {weight});
            }
            List<Long> prompt = List.copyOf(prefix);
            for (int c = 0; c < signal.choices().size(); c++) {
                long[] choice = signal.choices().get(c);
                // The label comes first.
                boolean ofLabel = c == 0;
                prefix = new ArrayList<>(prompt);
                // Nothing is predicted from a choice's last token.
                for (int i = 0; i < choice.length - 1; i++) {
                    prefix.add(choice[i]);
                    double weight =
                            ofLabel && position == Position.MEAN_LABEL ? 1.0 / choice.length : 0;
                    weights.putIfAbsent(List.copyOf(prefix), new double[] {weight});
                }
            }
            return new Prefixes(weights, prompt);
        }

        double[] tau() {
            return weights.values().stream().mapToDouble(weight -> weight[0]).toArray();
        }

        List<TokenizedSignal> asPrompts(Signal signal) {
            return weights.keySet().stream()
                    .map(prefix ->
                            new TokenizedSignal(
                                    signal,
                                    prefix.stream().mapToLong(Long::longValue).toArray(),
                                    List.of()))
                    .toList();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "LLAMA_GQA, 0, LAST",
        "LLAMA_GQA, 1, MEAN_PROMPT",
        "LLAMA_GQA, 0, MEAN_LABEL",
        "LLAMA_GQA, 2, LAST",
        "MISTRAL_WINDOW, 0, MEAN_PROMPT",
        "MISTRAL_WINDOW, 1, LAST",
        "MISTRAL_WINDOW, 1, MEAN_LABEL"
    })
    void gradientsAreThoseOfCentralDifferences(GoldenVariant variant, int layer, Position position)
            throws IOException {
        String block = "model.layers." + layer + ".";
        String o = block + "self_attn.o_proj.weight";
        String gate = block + "mlp.gate_proj.weight";
        String up = block + "mlp.up_proj.weight";
        String down = block + "mlp.down_proj.weight";
        try (HookedModel model = variant.load(Precision.FLOAT64)) {
            NudgedCheckpoint original = new NudgedCheckpoint(variant);
            TokenizedSignal signal = model.tokenize(SIGNAL);
            Prefixes prefixes = Prefixes.of(signal, position);
            Matrix z = values(model, prefixes, new HookPoint(layer, Site.ATTN_Z));
            Matrix mlpIn = values(model, prefixes, new HookPoint(layer, Site.MLP_IN));
            Matrix hidden = hidden(original, gate, up, mlpIn);
            double[] ofZ = dual(z, prefixes.tau());
            double[] ofMlpIn = dual(mlpIn, prefixes.tau());
            double[] ofHidden = dual(hidden, prefixes.tau());
            double[] d = direction(model.width(Site.RESID_MID), 1);
            double[] dOfZ = direction(model.width(Site.ATTN_Z), 2);

            Differences attnOut = differences(variant, signal, (w, h) -> w.add(o, h, d, ofZ));
            check(model, signal, new HookPoint(layer, Site.ATTN_OUT), position, d, attnOut);
            check(model, signal, new HookPoint(layer, Site.RESID_MID), position, d, attnOut);
            check(
                    model,
                    signal,
                    new HookPoint(layer, Site.ATTN_Z),
                    position,
                    dOfZ,
                    differences(
                            variant,
                            signal,
                            (w, h) -> w.add(o, h, original.multiply(o, dOfZ), ofZ)));
            check(
                    model,
                    signal,
                    new HookPoint(layer, Site.MLP_IN),
                    position,
                    d,
                    differences(
                            variant,
                            signal,
                            (w, h) -> {
                                w.add(gate, h, original.multiply(gate, d), ofMlpIn);
                                w.add(up, h, original.multiply(up, d), ofMlpIn);
                            }));
            Differences mlpOut =
                    differences(variant, signal, (w, h) -> w.add(down, h, d, ofHidden));
            check(model, signal, new HookPoint(layer, Site.MLP_OUT), position, d, mlpOut);
            check(model, signal, new HookPoint(layer, Site.RESID_POST), position, d, mlpOut);
            if (layer + 1 < model.config().nLayers()) {
                HookPoint next = new HookPoint(layer + 1, Site.RESID_PRE);
                check(model, signal, next, position, d, mlpOut);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"LLAMA_GQA", "MISTRAL_WINDOW"})
    void gradientsAtTheEmbeddingAreThoseOfCentralDifferences(GoldenVariant variant)
            throws IOException {
        try (HookedModel model = variant.load(Precision.FLOAT64)) {
            TokenizedSignal signal = model.tokenize(SIGNAL);
            Prefixes prefixes = Prefixes.of(signal, Position.LAST);
            long token = prefixes.last().getLast();
            // A row of the embedding moves every position of its token: there must be one only.
            assertThat(prefixes.weights().keySet().stream().map(List::getLast))
                    .containsOnlyOnce(token);
            double[] one = new double[model.config().dVocab()];
            one[Math.toIntExact(token)] = 1;
            double[] d = direction(model.config().dModel(), 3);
            check(
                    model,
                    signal,
                    new HookPoint(0, Site.RESID_PRE),
                    Position.LAST,
                    d,
                    differences(
                            variant,
                            signal,
                            (w, h) -> w.add("model.embed_tokens.weight", h, one, d)));
        }
    }

    private interface Nudge {
        void apply(NudgedCheckpoint weights, double step);
    }

    /// Slopes of the two objectives.
    private record Differences(double logProb, double logOdds) {}

    private Differences differences(GoldenVariant variant, TokenizedSignal signal, Nudge nudge)
            throws IOException {
        double[] logProb = new double[2];
        double[] logOdds = new double[2];
        for (int side = 0; side < 2; side++) {
            NudgedCheckpoint weights = new NudgedCheckpoint(variant);
            nudge.apply(weights, side == 0 ? STEP : -STEP);
            try (HookedModel model = weights.load(folder)) {
                Capture capture =
                        model.run(List.of(signal), new CaptureSpec(List.of(), Outputs.LABELS));
                logProb[side] = capture.labelLogProb()[0];
                logOdds[side] = capture.labelLogOdds()[0];
            }
        }
        return new Differences(
                (logProb[0] - logProb[1]) / (2 * STEP), (logOdds[0] - logOdds[1]) / (2 * STEP));
    }

    private static void check(
            HookedModel model,
            TokenizedSignal signal,
            HookPoint point,
            Position position,
            double[] direction,
            Differences differences) {
        for (Objective objective : Objective.values()) {
            Tap tap = new Tap(point, position, new Quantity.Gradient(objective));
            Capture capture =
                    model.run(List.of(signal), new CaptureSpec(List.of(tap), Outputs.NONE));
            double slope = dot(capture.get(tap).row(0), direction);
            double expected =
                    switch (objective) {
                        case LOG_PROB -> differences.logProb();
                        case LOG_ODDS -> differences.logOdds();
                        case CONTRAST -> signal.contrastSign() * differences.logOdds();
                    };
            assertThat(slope)
                    .as("%s by %s", objective, tap.key())
                    .isCloseTo(expected, within(1e-6 * (0.1 + Math.abs(expected))));
            // Nothing to tell apart where there is no slope.
            assertThat(Math.abs(slope)).isGreaterThan(1e-4);
        }
    }

    /// `[prefixes, width]`: the value at the last token of each prefix.
    private static Matrix values(HookedModel model, Prefixes prefixes, HookPoint point) {
        Tap tap = Tap.activation(point, Position.LAST);
        return model.run(prefixes.asPrompts(SIGNAL), new CaptureSpec(List.of(tap), Outputs.NONE))
                .get(tap);
    }

    /// `[prefixes, dMlp]`: silu(gate x) * (up x), what enters the projection down.
    private static Matrix hidden(NudgedCheckpoint weights, String gate, String up, Matrix mlpIn) {
        double[][] rows = new double[mlpIn.rows()][];
        for (int i = 0; i < rows.length; i++) {
            double[] g = weights.multiply(gate, mlpIn.row(i));
            double[] u = weights.multiply(up, mlpIn.row(i));
            for (int j = 0; j < g.length; j++) {
                g[j] = g[j] / (1 + Math.exp(-g[j])) * u[j];
            }
            rows[i] = g;
        }
        return Matrix.ofRows(rows);
    }

    /// The shortest c with `u c = tau`.
    ///
    /// @param u `[n, width]`, rows independent
    /// @param tau `[n]`
    private static double[] dual(Matrix u, double[] tau) {
        int n = u.rows();
        double[][] gram = new double[n][n + 1];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                gram[i][j] = dot(u.row(i), u.row(j));
            }
            gram[i][n] = tau[i];
        }
        // Gauss and Jordan; a Gram matrix needs no pivots.
        for (int k = 0; k < n; k++) {
            for (int i = 0; i < n; i++) {
                double factor = i == k ? 0 : gram[i][k] / gram[k][k];
                for (int j = k; j <= n; j++) {
                    gram[i][j] -= factor * gram[k][j];
                }
            }
        }
        double[] c = new double[u.columns()];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < c.length; j++) {
                c[j] += gram[i][n] / gram[i][i] * u.get(i, j);
            }
        }
        for (int i = 0; i < n; i++) {
            assertThat(dot(u.row(i), c)).isCloseTo(tau[i], within(1e-8));
        }
        return c;
    }

    /// A random direction of length 1.
    private static double[] direction(int width, long seed) {
        double[] d = new SplittableRandom(seed).doubles(width, -1, 1).toArray();
        double length = Math.sqrt(dot(d, d));
        return Arrays.stream(d).map(x -> x / length).toArray();
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }
}
