package org.quirkwatch.cli;

import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;
import org.quirkwatch.bundled.Bundled;
import org.quirkwatch.checkpoint.Checkpoint;
import org.quirkwatch.checkpoint.ScanMemory;
import org.quirkwatch.evaluation.EvaluationModel;
import org.quirkwatch.model.HookedModel;
import org.quirkwatch.model.Precision;
import org.quirkwatch.torch.ComputeDevice;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/// Which model, where and in which number format.
final class ModelOptions {

    @Option(
            names = "--model",
            paramLabel = "DIR",
            description = "A Hugging Face model directory (default: the bundled model).")
    private Optional<Path> model = Optional.empty();

    @Option(
            names = "--adapter",
            paramLabel = "DIR",
            description = "A LoRA adapter in PEFT's format, merged into the model.")
    private Optional<Path> adapter = Optional.empty();

    @Option(
            names = "--device",
            paramLabel = "NAME",
            defaultValue = "auto",
            description = "auto (a CUDA device where there is one), cpu or cuda:N.")
    private DeviceName device = new DeviceName("auto");

    @Option(
            names = "--dtype",
            paramLabel = "NAME",
            defaultValue = "auto",
            description =
                    "auto (the model's own where the device is fast at it, else float32),"
                            + " float32, bfloat16 or float64.")
    private Precision precision = Precision.AUTO;

    /// A device's name, which this machine need not have.
    ///
    /// @param text `auto`, `cpu`, `cuda` or `cuda:N`
    record DeviceName(String text) {

        private static final Pattern FORM = Pattern.compile("auto|cpu|cuda(:\\d{1,3})?");

        static DeviceName parse(String text) {
            if (!FORM.matcher(text).matches()) {
                throw new TypeConversionException(
                        "a device is auto, cpu or cuda:N, got \"%s\"".formatted(text));
            }
            return new DeviceName(text);
        }
    }

    /// Whether it is another model than the bundled one.
    boolean isOwn() {
        return model.isPresent() || adapter.isPresent();
    }

    /// Loads it.
    ///
    /// @throws org.quirkwatch.problem.Problem where the device, a file or a weight is not as it
    ///   should be
    HookedModel load() {
        // Checked before the files are read, which may take a while.
        ComputeDevice where = computeDevice();
        return HookedModel.load(checkpoint(model.orElseGet(Bundled::model)), where, precision);
    }

    /// The model's directory, where it is another than the bundled one.
    Optional<Path> directory() {
        return model;
    }

    /// A model that is not loaded yet.
    ///
    /// @param directory of its files
    EvaluationModel toEvaluate(Path directory, EvaluationModel.Look look) {
        return new EvaluationModel(checkpoint(directory), computeDevice(), precision, look);
    }

    private Checkpoint checkpoint(Path directory) {
        return Checkpoint.open(directory, adapter, ScanMemory.ofEnvironment());
    }

    private ComputeDevice computeDevice() {
        return ComputeDevice.parse(device.text());
    }
}
