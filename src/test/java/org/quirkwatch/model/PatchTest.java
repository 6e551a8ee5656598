package org.quirkwatch.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.quirkwatch.checkpoint.SafetensorsFile;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.model.CaptureSpec.Outputs;
import org.quirkwatch.model.Quantity.Objective;
import org.quirkwatch.problem.Problem;

/// What replacing values of attention changes. The golden values are of transformers, a whole pass
/// for each patch; `patch_golden.py` writes them.
class PatchTest {

    private static final Path GOLDEN = Path.of("src/test/resources/golden/patches");

    @TempDir Path folder;

    @ParameterizedTest
    @CsvSource({
        "LLAMA_TIED, ATTN_Z, zero",
        "LLAMA_TIED, ATTN_OUT, values",
        "LLAMA_GQA, ATTN_Z, zero",
        "LLAMA_GQA, ATTN_Z, values",
        "LLAMA_GQA, ATTN_OUT, zero",
        "MISTRAL_WINDOW, ATTN_Z, zero",
        "MISTRAL_WINDOW, ATTN_Z, values",
        "MISTRAL_WINDOW, ATTN_OUT, values"
    })
    void changesAreThoseOfTransformers(GoldenVariant variant, Site site, String kind) {
        SafetensorsFile file = SafetensorsFile.open(GOLDEN.resolve(variant + ".safetensors"));
        String name = "change/%s/%s".formatted(site.hookName(), kind);
        try (HookedModel model = variant.load(Precision.FLOAT64)) {
            double[] values = file.readDoubles("values/" + site.hookName());
            List<Patch> patches =
                    ofHeads(model, site, kind.equals("zero") ? new double[values.length] : values);
            List<TokenizedSignal> signals = GoldenVariant.tokens(model);
            Capture capture = model.run(signals, new CaptureSpec(List.of(), Outputs.NONE, patches));
            Matrix expected = Matrix.wrap(signals.size(), patches.size(), file.readDoubles(name));
            GoldenDecoderTest.assertClose(changes(capture, patches), expected, 1e-9);
        }
    }

    /// Beside taps, gradients of the last tokens or of whole prompts, and outputs, in whatever
    /// order.
    @ParameterizedTest
    @EnumSource
    void whatElseIsAskedForChangesNothing(GoldenVariant variant) {
        try (HookedModel model = variant.load(Precision.FLOAT64)) {
            List<TokenizedSignal> signals = GoldenVariant.tokens(model);
            List<Patch> patches = new ArrayList<>(patches(model, Site.ATTN_OUT, 0.25));
            patches.addAll(patches(model, Site.ATTN_Z, -0.5));
            Capture plain = model.run(signals, new CaptureSpec(List.of(), Outputs.NONE, patches));
            for (Position position : Position.values()) {
                HookPoint point = new HookPoint(1, Site.ATTN_Z);
                List<Tap> taps =
                        List.of(
                                Tap.activation(point, position),
                                new Tap(point, position, new Quantity.Gradient(Objective.LOG_PROB)),
                                Tap.activation(new HookPoint(2, Site.RESID_POST), Position.LAST));
                Outputs outputs = Outputs.logits(position);
                Capture without = model.run(signals, new CaptureSpec(taps, outputs));
                Capture with =
                        model.run(signals, new CaptureSpec(taps, outputs, patches.reversed()));
                GoldenDecoderTest.assertClose(
                        changes(with, patches), changes(plain, patches), 1e-10);
                for (Tap tap : taps) {
                    GoldenDecoderTest.assertClose(with.get(tap), without.get(tap), 1e-12);
                }
                assertThat(with.labelLogProb()).isEqualTo(without.labelLogProb());
                assertThat(with.labelLogOdds()).isEqualTo(without.labelLogOdds());
                assertThat(with.logits()).isEqualTo(without.logits());
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aPatchAloneChangesWhatItChangesAmongOthers(GoldenVariant variant) {
        try (HookedModel model = variant.load(Precision.FLOAT64)) {
            List<TokenizedSignal> signals = GoldenVariant.tokens(model);
            // So many that they take several passes.
            List<Patch> patches = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                patches.addAll(patches(model, Site.ATTN_Z, i / 10.0));
            }
            Capture together =
                    model.run(signals, new CaptureSpec(List.of(), Outputs.NONE, patches));
            for (int i = 0; i < patches.size(); i += 101) {
                Patch patch = patches.get(i);
                CaptureSpec spec = new CaptureSpec(List.of(), Outputs.NONE, List.of(patch));
                for (int row = 0; row < signals.size(); row++) {
                    assertThat(model.run(signals.subList(row, row + 1), spec).change(patch)[0])
                            .isCloseTo(together.change(patch)[row], within(1e-10));
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"LLAMA_GQA", "MISTRAL_WINDOW"})
    void replacingValuesByThemselvesChangesNothing(GoldenVariant variant) {
        try (HookedModel model = variant.load(Precision.FLOAT64)) {
            for (Site site : List.of(Site.ATTN_Z, Site.ATTN_OUT)) {
                Tap tap = Tap.activation(new HookPoint(1, site), Position.LAST);
                for (TokenizedSignal signal : GoldenVariant.tokens(model)) {
                    List<TokenizedSignal> one = List.of(signal);
                    Matrix own =
                            model.run(one, new CaptureSpec(List.of(tap), Outputs.NONE)).get(tap);
                    Patch patch = new Patch(tap.point(), 0, own);
                    assertThat(change(model, one, patch)).isCloseTo(0, within(1e-12));
                }
            }
        }
    }

    @Test
    void leavingOutAHeadThatGivesNothingChangesNothing() throws IOException {
        NudgedCheckpoint checkpoint = new NudgedCheckpoint(GoldenVariant.LLAMA_GQA);
        int dHead;
        try (HookedModel model = GoldenVariant.LLAMA_GQA.load(Precision.FLOAT64)) {
            dHead = model.config().dHead();
            assertThat(model.config().nHeads()).isEqualTo(2 * model.config().nKvHeads());
        }
        // The values of the first key head, which the first two heads read.
        double[] v = checkpoint.weight("model.layers.1.self_attn.v_proj.weight");
        Arrays.fill(v, 0, dHead * 32, 0);
        try (HookedModel model = checkpoint.load(folder)) {
            List<Patch> heads =
                    patches(model, Site.ATTN_Z, 0).stream()
                            .filter(patch -> patch.point().layer() == 1)
                            .toList();
            Capture capture =
                    model.run(
                            GoldenVariant.tokens(model),
                            new CaptureSpec(List.of(), Outputs.NONE, heads));
            for (int head = 0; head < heads.size(); head++) {
                for (double change : capture.change(heads.get(head))) {
                    if (head < 2) {
                        assertThat(change).isCloseTo(0, within(1e-12));
                    } else {
                        assertThat(Math.abs(change)).isGreaterThan(1e-6);
                    }
                }
            }
        }
    }

    @Test
    void patchesThatCannotBeAreRefused() {
        Matrix one = Matrix.of(1, 1, new double[] {1});
        HookPoint z = new HookPoint(0, Site.ATTN_Z);
        assertThatThrownBy(() -> new Patch(new HookPoint(0, Site.MLP_IN), 0, one))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("blocks.0.hook_mlp_in");
        assertThatThrownBy(() -> new Patch(z, -1, one))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("from -1");
        assertThatThrownBy(() -> new Patch(z, 0, Matrix.of(1, 1, new double[] {Double.NaN})))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("finite");
        Patch patch = new Patch(z, 0, one);
        assertThatThrownBy(() -> new CaptureSpec(List.of(), Outputs.NONE, List.of(patch, patch)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("twice");
        List<Patch> many =
                IntStream.rangeClosed(0, CaptureSpec.MOST_PATCHES)
                        .mapToObj(i -> new Patch(z, i, one))
                        .toList();
        assertThatThrownBy(() -> new CaptureSpec(List.of(), Outputs.NONE, many))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at most 8192 patches, got 8193");
        try (HookedModel model = GoldenVariant.LLAMA_GQA.load(Precision.FLOAT32)) {
            List<TokenizedSignal> signals = GoldenVariant.tokens(model);
            assertThatThrownBy(() -> change(model, signals, new Patch(z, 48, one)))
                    .isInstanceOf(Problem.class)
                    .hasMessageContaining("columns 48 to 48")
                    .hasMessageContaining("it has 48");
            assertThatThrownBy(() ->
                            change(
                                    model,
                                    signals,
                                    new Patch(new HookPoint(3, Site.ATTN_Z), 0, one)))
                    .isInstanceOf(Problem.class)
                    .hasMessageContaining("blocks.3.attn.hook_z");
        }
    }

    private static double change(HookedModel model, List<TokenizedSignal> batch, Patch patch) {
        CaptureSpec spec = new CaptureSpec(List.of(), Outputs.NONE, List.of(patch));
        return model.run(batch, spec).change(patch)[0];
    }

    /// `[batch, patches]`.
    private static Matrix changes(Capture capture, List<Patch> patches) {
        return Matrix.ofRows(patches.stream().map(capture::change).toArray(double[][]::new))
                .transposed();
    }

    /// Every head of every block by one value.
    private static List<Patch> patches(HookedModel model, Site site, double value) {
        double[] values = new double[model.config().nLayers() * model.width(site)];
        Arrays.fill(values, value);
        return ofHeads(model, site, values);
    }

    /// @param values `[layers * width]`
    private static List<Patch> ofHeads(HookedModel model, Site site, double[] values) {
        int width = model.width(site);
        int columns = width / model.nHeads();
        List<Patch> patches = new ArrayList<>();
        for (int i = 0; i < values.length; i += columns) {
            patches.add(
                    new Patch(
                            new HookPoint(i / width, site),
                            i % width,
                            Matrix.wrap(1, columns, Arrays.copyOfRange(values, i, i + columns))));
        }
        return patches;
    }
}
