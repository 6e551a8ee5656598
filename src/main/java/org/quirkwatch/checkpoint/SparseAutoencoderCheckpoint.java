package org.quirkwatch.checkpoint;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.torch.DType;
import org.quirkwatch.torch.Scope;
import org.quirkwatch.torch.Tensor;
import tools.jackson.databind.json.JsonMapper;

/// A top-k sparse autoencoder as EleutherAI's `sae` library stores it, one folder per hook point:
/// `cfg.json` with `d_in`, `k` and `num_latents` or `expansion_factor`, and `sae.safetensors` with
/// `encoder.weight` and `W_dec` `[latents, d_in]`, `encoder.bias` `[latents]` and `b_dec` `[d_in]`.
/// Everything is checked by the headers when it is opened; weights are read when they are loaded.
/// Thread-safe.
public final class SparseAutoencoderCheckpoint {

    /// The settings.
    public static final String CONFIG = "cfg.json";

    /// The weights.
    public static final String WEIGHTS = "sae.safetensors";

    private static final String ENCODER = "encoder.weight";
    private static final String ENCODER_BIAS = "encoder.bias";
    private static final String DECODER = "W_dec";
    private static final String DECODER_BIAS = "b_dec";

    private static final long MOST_CONFIG_BYTES = 1 << 20;
    private static final int MOST_WIDTH = 1 << 16;
    private static final int MOST_LATENTS = 1 << 22;

    private final String name;
    private final Shape shape;
    private final byte[] configDigest;
    private final WeightFiles files;
    private @Nullable ContentScan scan;

    /// The sizes.
    ///
    /// @param dIn width of the rows that it encodes, 1 to 65 536
    /// @param latents 1 to 4 194 304
    /// @param k how many latents of a row are kept, 1 to `latents`
    public record Shape(int dIn, int latents, int k) {
        /// Checks the ranges.
        public Shape {
            if (!(dIn >= 1
                    && dIn <= MOST_WIDTH
                    && latents >= 1
                    && latents <= MOST_LATENTS
                    && k >= 1
                    && k <= latents)) {
                throw new IllegalArgumentException(
                        "no sparse autoencoder has d_in %d, %d latents and k %d"
                                .formatted(dIn, latents, k));
            }
        }
    }

    private SparseAutoencoderCheckpoint(CheckpointDirectory directory) {
        this.name = directory.name();
        Path config = directory.file(CONFIG);
        this.shape = shape(Json.read(config, MOST_CONFIG_BYTES));
        this.configDigest = Digests.sha256(Json.bytes(config, MOST_CONFIG_BYTES));
        this.files = WeightFiles.of(directory.file(WEIGHTS));
        long latents = shape.latents();
        long dIn = shape.dIn();
        located(ENCODER).require(latents, dIn);
        located(ENCODER_BIAS).require(latents);
        located(DECODER).require(latents, dIn);
        located(DECODER_BIAS).require(dIn);
        TreeSet<String> others = new TreeSet<>(files.tensors().keySet());
        others.removeAll(List.of(ENCODER, ENCODER_BIAS, DECODER, DECODER_BIAS));
        if (!others.isEmpty()) {
            throw Invalid.checkpoint(
                    WEIGHTS,
                    "tensor %s belongs to no top-k sparse autoencoder, expected %s, %s, %s and %s only"
                            .formatted(
                                    Invalid.quote(others.getFirst()),
                                    ENCODER,
                                    ENCODER_BIAS,
                                    DECODER,
                                    DECODER_BIAS));
        }
    }

    /// Reads settings and headers.
    ///
    /// @throws Problem `invalid-checkpoint` naming the file, the field or tensor, and the
    ///   expectation
    public static SparseAutoencoderCheckpoint open(Path directory) {
        return new SparseAutoencoderCheckpoint(CheckpointDirectory.open(directory));
    }

    /// The directory's own name.
    public String name() {
        return name;
    }

    /// Its sizes.
    public Shape shape() {
        return shape;
    }

    /// `sha256:` and 64 hexadecimal digits over the contents of both files. The first call reads
    /// the weights, unless they were loaded.
    public String digest() {
        return new Digests.Parts("quirkwatch-sparse-autoencoder-v1")
                .add("config", configDigest)
                .add("weights", scan().digest())
                .shown();
    }

    /// Loads what encodes, in float32: on the processor it is mapped where it is stored so.
    ///
    /// @param scope owns the tensors
    /// @return `encoder.weight` `[latents, dIn]`, `encoder.bias` `[latents]`, `b_dec` `[dIn]`
    /// @throws Problem `invalid-checkpoint` where a weight is not finite, or the file changed since
    ///   it was opened
    public List<Tensor> loadEncoder(Scope scope) {
        scan().nonFinite()
                .ifPresent(where -> {
                    throw Invalid.checkpoint(where);
                });
        try (WeightLoader loader = new WeightLoader(scope.device(), DType.FLOAT32)) {
            List<Tensor> loaded =
                    loader.load(
                            scope,
                            List.of(located(ENCODER), located(ENCODER_BIAS), located(DECODER_BIAS)),
                            java.util.Optional.empty());
            files.files().forEach(SafetensorsFile::requireUnchanged);
            return List.copyOf(loaded);
        }
    }

    /// Writes a sparse autoencoder into a folder; [#CONFIG] comes last, so that what is not
    /// complete is not taken for one.
    ///
    /// @param directory exists
    /// @param encoder `[latents * dIn]`, row-major
    /// @param encoderBias `[latents]`
    /// @param decoder `[latents * dIn]`, row-major, W_dec
    /// @param decoderBias `[dIn]`
    /// @throws Problem `invalid-file` where it cannot be written
    public static void write(
            Path directory,
            Shape shape,
            float[] encoder,
            float[] encoderBias,
            float[] decoder,
            float[] decoderBias) {
        List<SafetensorsWriter.Entry> entries = new ArrayList<>();
        long[] matrix = {shape.latents(), shape.dIn()};
        entries.add(new SafetensorsWriter.Entry(ENCODER, DType.FLOAT32, matrix));
        entries.add(new SafetensorsWriter.Entry(DECODER, DType.FLOAT32, matrix));
        entries.add(new SafetensorsWriter.Entry(ENCODER_BIAS, DType.FLOAT32, shape.latents()));
        entries.add(new SafetensorsWriter.Entry(DECODER_BIAS, DType.FLOAT32, shape.dIn()));
        try (SafetensorsWriter writer =
                SafetensorsWriter.create(
                        directory.resolve(WEIGHTS), entries, Map.of("format", "pt"))) {
            writer.write(ENCODER, encoder);
            writer.write(ENCODER_BIAS, encoderBias);
            writer.write(DECODER, decoder);
            writer.write(DECODER_BIAS, decoderBias);
            writer.commit();
        }
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("expansion_factor", Math.max(1, shape.latents() / shape.dIn()));
        config.put("normalize_decoder", true);
        config.put("num_latents", shape.latents());
        config.put("k", shape.k());
        config.put("multi_topk", false);
        config.put("d_in", shape.dIn());
        writeConfig(directory.resolve(CONFIG), JsonMapper.shared().writeValueAsString(config));
    }

    private static void writeConfig(Path file, String text) {
        Path temporary = file.resolveSibling("." + file.getFileName() + ".tmp");
        try {
            Files.writeString(temporary, text + "\n", StandardCharsets.UTF_8);
            Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new Problem(
                    ProblemCode.INVALID_FILE, file.getFileName() + ": cannot be written", e);
        }
    }

    private static Shape shape(Json config) {
        // Kinds of the same library that encode in another way.
        for (String kind : List.of("signed", "transcode", "skip_connection")) {
            if (config.flag(kind, false)) {
                throw config.problem(kind, "must be false: only plain top-k is known");
            }
        }
        config.text("activation")
                .filter(text -> !text.equals("topk"))
                .ifPresent(text -> {
                    throw config.problem(
                            "activation", "must be \"topk\", got " + Invalid.quote(text));
                });
        int dIn = config.integer("d_in", 1, MOST_WIDTH);
        int latents = config.integerIfPresent("num_latents", 0, MOST_LATENTS).orElse(0);
        if (latents == 0) {
            // What the library means by 0.
            latents = dIn * config.integer("expansion_factor", 1, MOST_LATENTS / dIn);
        }
        return new Shape(dIn, latents, config.integer("k", 1, latents));
    }

    private WeightFiles.Located located(String tensor) {
        WeightFiles.Located located = files.tensors().get(tensor);
        if (located == null) {
            throw Invalid.checkpoint(
                    WEIGHTS, "tensor %s is missing".formatted(Invalid.quote(tensor)));
        }
        return located;
    }

    private synchronized ContentScan scan() {
        ContentScan known = scan;
        if (known == null) {
            SafetensorsFile file = files.files().getFirst();
            known = ContentScan.of(file);
            file.requireUnchanged();
            scan = known;
        }
        return known;
    }
}
