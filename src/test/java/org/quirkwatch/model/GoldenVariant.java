package org.quirkwatch.model;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.quirkwatch.checkpoint.Checkpoint;
import org.quirkwatch.checkpoint.SafetensorsFile;
import org.quirkwatch.checkpoint.ScanMemory;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.signal.LabelRule;
import org.quirkwatch.signal.Signal;
import org.quirkwatch.signal.SignalLimits;
import org.quirkwatch.signal.SignalLine;
import org.quirkwatch.signal.SignalParser;
import org.quirkwatch.signal.SignalReader;
import org.quirkwatch.torch.ComputeDevice;

/// The checkpoints under `src/test/resources/golden`, written by transformers and peft, with what
/// those compute from them; `golden_decoder.py` makes them.
///
/// The folder can be another one, of the same layout: `-Dquirkwatch.golden=DIR`, where
/// `golden_decoder.py --sizes other` wrote to.
enum GoldenVariant {
    LLAMA_TIED,
    LLAMA_GQA,
    LLAMA_LINEAR,
    LLAMA_LLAMA3,
    MISTRAL_WINDOW,
    LLAMA_LORA,
    LLAMA_RSLORA,
    LLAMA_SHARDED,
    LLAMA_BFLOAT16;

    private static final Path ROOT =
            Path.of(System.getProperty("quirkwatch.golden", "src/test/resources/golden"));

    /// The folder of its files.
    Path directory() {
        return ROOT.resolve(toString());
    }

    private Checkpoint adapted(GoldenVariant base) {
        return Checkpoint.open(base.directory(), Optional.of(directory()), ScanMemory.none());
    }

    Checkpoint checkpoint() {
        return switch (this) {
            case LLAMA_LORA -> adapted(LLAMA_GQA);
            case LLAMA_RSLORA -> adapted(LLAMA_TIED);
            case LLAMA_TIED,
                    LLAMA_GQA,
                    LLAMA_LINEAR,
                    LLAMA_LLAMA3,
                    MISTRAL_WINDOW,
                    LLAMA_SHARDED,
                    LLAMA_BFLOAT16 ->
                    Checkpoint.open(directory());
        };
    }

    HookedModel load(Precision precision) {
        return HookedModel.load(checkpoint(), ComputeDevice.CPU, precision);
    }

    /// Whether the golden file has gradients.
    boolean hasGradients() {
        return this == LLAMA_TIED || this == MISTRAL_WINDOW;
    }

    /// The tensors of transformers.
    SafetensorsFile golden() {
        return SafetensorsFile.open(directory().resolve("golden.safetensors"));
    }

    /// A golden tensor `[signals, width]`.
    Matrix golden(String name) {
        SafetensorsFile file = golden();
        long[] shape = file.info(name).shape();
        return Matrix.wrap((int) shape[0], (int) shape[1], file.readDoubles(name));
    }

    /// The signals that all variants ran.
    static List<Signal> signals() {
        Path file = ROOT.resolve("signals.jsonl");
        SignalParser parser =
                new SignalParser(SignalLimits.DEFAULT, LabelRule.REQUIRED, () -> "unnamed");
        List<Signal> signals = new ArrayList<>();
        try (SignalReader reader =
                new SignalReader(Files.newInputStream(file), "signals.jsonl", parser)) {
            while (reader.hasNext()) {
                switch (reader.next()) {
                    case SignalLine.Valid(_, Signal signal) -> signals.add(signal);
                    case SignalLine.Invalid(_, var problem) -> throw problem;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return signals;
    }

    static List<TokenizedSignal> tokens(HookedModel model) {
        return signals().stream().map(model::tokenize).toList();
    }

    /// The name of the folder.
    @Override
    public String toString() {
        return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }
}
