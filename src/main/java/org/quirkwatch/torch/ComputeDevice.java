package org.quirkwatch.torch;

import ai.djl.Device;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

/// Where programs run.
///
/// @param cuda whether it is a CUDA device; otherwise the processor
/// @param index the CUDA device's number, 0 for the processor
public record ComputeDevice(boolean cuda, int index) {

    /// The processor.
    public static final ComputeDevice CPU = new ComputeDevice(false, 0);

    private static final Pattern CUDA = Pattern.compile("cuda(?::(\\d{1,3}))?");

    /// The device of a setting: `auto` (the first CUDA device where there is one, else the
    /// processor), `cpu`, `cuda` or `cuda:N`.
    ///
    /// @throws Problem `unavailable-device` for another text or a device that this machine does not
    ///   have
    public static ComputeDevice parse(String text) {
        if (text.equals("cpu")) {
            return CPU;
        }
        int available = Torch.engine().getGpuCount();
        if (text.equals("auto")) {
            return available > 0 ? new ComputeDevice(true, 0) : CPU;
        }
        Matcher matcher = CUDA.matcher(text);
        if (!matcher.matches()) {
            throw new Problem(
                    ProblemCode.UNAVAILABLE_DEVICE,
                    "device must be auto, cpu or cuda:N, got \"%s\"".formatted(text));
        }
        int index = matcher.group(1) == null ? 0 : Integer.parseInt(matcher.group(1));
        if (index >= available) {
            throw new Problem(
                    ProblemCode.UNAVAILABLE_DEVICE,
                    "device %s was asked for, this machine has %d CUDA device(s)"
                            .formatted(text, available));
        }
        return new ComputeDevice(true, index);
    }

    /// Whether matrix products in bfloat16 are faster here than in float32: on every CUDA device
    /// that this libtorch supports well, and on processors with instructions for it.
    public boolean fastAtBfloat16() {
        return cuda || Processor.FAST_AT_BFLOAT16;
    }

    Device djl() {
        return cuda ? Device.gpu(index) : Device.cpu();
    }

    @Override
    public String toString() {
        return cuda ? "cuda:" + index : "cpu";
    }
}
