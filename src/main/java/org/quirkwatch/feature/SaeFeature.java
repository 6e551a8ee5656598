package org.quirkwatch.feature;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.quirkwatch.checkpoint.SparseAutoencoderCheckpoint;
import org.quirkwatch.linalg.FittedState;
import org.quirkwatch.linalg.LinearAlgebra;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.model.Capture;
import org.quirkwatch.model.HookPoint;
import org.quirkwatch.model.Site;
import org.quirkwatch.model.Tap;
import org.quirkwatch.torch.ComputeDevice;
import org.quirkwatch.torch.Scope;
import org.quirkwatch.torch.Tensor;

/// The latents of a top-k sparse autoencoder, as [SparseAutoencoder] has them but in float64 and
/// with its encoder in the artifact, so that nothing else is needed to judge. A folder that is
/// named `layers.N` belongs to what leaves block N.
///
/// @param tap what is encoded
/// @param state `k`, and `encoder` `[latents, width]`, `encoder_bias` `[1, latents]`,
///   `decoder_bias` `[1, width]`
/// @param encoder transposed, `[width, latents]`
/// @param bias of the latents once the decoder's is taken off the rows, `[latents]`
record SaeFeature(Tap tap, FittedState state, Matrix encoder, double[] bias)
        implements Feature, FeatureExtractor {

    static final FeatureKind KIND = new Kind();

    private static final String K = "k";
    private static final String ENCODER = "encoder";
    private static final String ENCODER_BIAS = "encoder_bias";
    private static final String DECODER_BIAS = "decoder_bias";

    /// Numbers of an encoder: half a gigabyte in the artifact.
    private static final long MOST_VALUES = 1L << 26;

    private static final Pattern LAYER = Pattern.compile("layers\\.(\\d{1,4})");

    static SaeFeature of(Tap tap, FittedState state) {
        state.requireNames(Set.of(K), Set.of(ENCODER, ENCODER_BIAS, DECODER_BIAS));
        int width = state.width(DECODER_BIAS);
        int latents = state.width(ENCODER_BIAS);
        if (!(state.count(K, 1) <= latents)) {
            throw new IllegalArgumentException(
                    "k must be at most the number of latents, %d".formatted(latents));
        }
        Matrix encoder = state.tensor(ENCODER, latents, width).transposed();
        double[] bias = state.tensor(ENCODER_BIAS, 1, latents).row(0);
        double[] shift =
                LinearAlgebra.multiply(state.tensor(DECODER_BIAS, 1, width), encoder).row(0);
        for (int i = 0; i < latents; i++) {
            bias[i] -= shift[i];
        }
        return new SaeFeature(tap, state, encoder, bias);
    }

    private static final class Kind implements FeatureKind {
        @Override
        public String name() {
            return "sae";
        }

        @Override
        public String summary() {
            return "the latents of a sparse autoencoder (--sae DIR) at what leaves its block";
        }

        @Override
        public Feature of(FeatureView view) {
            Path directory =
                    view.sae()
                            .orElseThrow(() ->
                                    FeatureView.invalid(
                                            "sae needs the folder of a sparse autoencoder"));
            if (view.positions().size() != 1) {
                throw FeatureView.invalid("sae looks at one position, got " + view.positions());
            }
            SparseAutoencoderCheckpoint checkpoint = SparseAutoencoderCheckpoint.open(directory);
            HookPoint point = point(view, checkpoint.name());
            int latents = checkpoint.shape().latents();
            int width = checkpoint.shape().dIn();
            if (!((long) latents * width <= MOST_VALUES)) {
                throw FeatureView.invalid(
                        ("%s: an encoder of %d x %d numbers is more than %d, what an artifact may"
                                        + " hold of it")
                                .formatted(checkpoint.name(), latents, width, MOST_VALUES));
            }
            try (Scope scope = Scope.open(ComputeDevice.CPU)) {
                List<Tensor> tensors = checkpoint.loadEncoder(scope);
                Map<String, Matrix> matrices = new LinkedHashMap<>();
                matrices.put(ENCODER, matrix(tensors.get(0), latents, width));
                matrices.put(ENCODER_BIAS, matrix(tensors.get(1), 1, latents));
                matrices.put(DECODER_BIAS, matrix(tensors.get(2), 1, width));
                return SaeFeature.of(
                        Tap.activation(point, view.positions().getFirst()),
                        new FittedState(Map.of(K, (double) checkpoint.shape().k()), matrices));
            }
        }

        private static HookPoint point(FeatureView view, String name) {
            if (!view.hookPoints().isEmpty()) {
                if (view.hookPoints().size() != 1) {
                    throw FeatureView.invalid(
                            "a sparse autoencoder belongs to one hook point, got "
                                    + view.hookPoints());
                }
                return view.hookPoints().getFirst();
            }
            Matcher matcher = LAYER.matcher(name);
            if (!matcher.matches() || Integer.parseInt(matcher.group(1)) >= view.nLayers()) {
                throw FeatureView.invalid(
                        ("the folder is called %s, not layers.0 to layers.%d: name the hook point"
                                        + " that it belongs to")
                                .formatted(name, view.nLayers() - 1));
            }
            return new HookPoint(Integer.parseInt(matcher.group(1)), Site.RESID_POST);
        }

        @Override
        public FeatureExtractor restore(List<Tap> taps, FittedState state) {
            if (taps.size() != 1 || taps.getFirst().isGradient()) {
                throw new IllegalArgumentException(
                        "sae reads one activation, got " + taps.stream().map(Tap::key).toList());
            }
            return SaeFeature.of(taps.getFirst(), state);
        }
    }

    private static Matrix matrix(Tensor tensor, int rows, int columns) {
        return Matrix.of(rows, columns, tensor.toFloats());
    }

    @Override
    public FeatureKind kind() {
        return KIND;
    }

    @Override
    public boolean needsLabels() {
        return false;
    }

    @Override
    public FeatureFitter fitter() {
        return new NothingToLearn(this);
    }

    @Override
    public String name() {
        return KIND.name();
    }

    @Override
    public List<Tap> taps() {
        return List.of(tap);
    }

    @Override
    public List<FeatureLayer> layers() {
        return List.of(FeatureLayer.plain(layer(), tap.point().layer()));
    }

    private String layer() {
        return name() + ":" + tap.key();
    }

    @Override
    public Features extract(Capture capture) {
        Matrix rows = capture.get(tap);
        if (rows.columns() != encoder.rows()) {
            throw FeatureView.invalid(
                    "the sparse autoencoder encodes rows of width %d, %s has %d"
                            .formatted(encoder.rows(), tap.key(), rows.columns()));
        }
        double[] values = LinearAlgebra.multiply(rows, encoder).toArray();
        int latents = bias.length;
        int k = state.count(K, 1);
        double[] sorted = new double[latents];
        for (int row = 0; row < rows.rows(); row++) {
            for (int i = 0; i < latents; i++) {
                int at = row * latents + i;
                values[at] = Math.max(0, values[at] + bias[i]);
                sorted[i] = values[at];
            }
            java.util.Arrays.sort(sorted);
            keep(values, row * latents, latents, k, sorted[latents - k]);
        }
        LinkedHashMap<String, Matrix> byLayer = new LinkedHashMap<>();
        byLayer.put(layer(), Matrix.wrap(rows.rows(), latents, values));
        return new Features(byLayer);
    }

    /// Keeps the k largest; of equal ones at the border the first.
    private static void keep(double[] values, int from, int count, int k, double border) {
        int left = k;
        for (int i = from; i < from + count; i++) {
            left -= values[i] > border ? 1 : 0;
        }
        for (int i = from; i < from + count; i++) {
            if (values[i] == border && left > 0) {
                left--;
            } else if (values[i] <= border) {
                values[i] = 0;
            }
        }
    }
}
