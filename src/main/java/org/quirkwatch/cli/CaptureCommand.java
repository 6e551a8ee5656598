package org.quirkwatch.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.quirkwatch.model.CaptureSpec.Outputs;
import org.quirkwatch.model.HookedModel;
import org.quirkwatch.model.Position;
import org.quirkwatch.model.Quantity;
import org.quirkwatch.model.Tap;
import org.quirkwatch.signal.LabelRule;
import org.quirkwatch.signal.SignalFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Activations or gradients of a file of signals, as a safetensors file.
@Command(
        name = "capture",
        description = {
            "Takes activations or gradients at hook points into a safetensors file: one float32"
                    + " tensor [n_signals, width] per hook point, named by it, rows in the order of"
                    + " the input.",
            ""
        },
        footer = {
            "",
            "A hook point is blocks.LAYER.SITE with a SITE of hook_resid_pre, attn.hook_z,"
                    + " hook_attn_out,",
            "hook_resid_mid, hook_mlp_in, hook_mlp_out or hook_resid_post; * stands for any"
                    + " characters, all for",
            "every one.",
            "",
            "Example:",
            "  quirkwatch capture --model models/mine --input signals.jsonl \\",
            "    --hook-points 'blocks.*.hook_resid_pre' --position mean-prompt --output"
                    + " acts.safetensors"
        })
final class CaptureCommand implements Callable<Integer> {

    private final Terminal terminal;

    @Mixin private ModelOptions model = new ModelOptions();

    @Option(
            names = "--input",
            required = true,
            paramLabel = "FILE.jsonl",
            description =
                    "Signals, one JSON object per line; their labels may be absent where they are"
                            + " not looked at.")
    private Path input;

    @Option(
            names = "--hook-points",
            required = true,
            split = ",",
            paramLabel = "NAME",
            description = "Which, separated by commas.")
    private List<HookPointPattern> hookPoints;

    @Option(
            names = "--position",
            paramLabel = "NAME",
            defaultValue = "last",
            description =
                    "last (token of the prompt), mean-prompt, label (its last token), mean-label.")
    private Position position = Position.LAST;

    @Option(
            names = "--quantity",
            paramLabel = "NAME",
            defaultValue = "ACTIVATION",
            description =
                    "activation, or gradient: of the log-odds of the label against the other"
                            + " choices, or of its log-probability for a signal without choices.")
    private CapturedQuantity quantity = CapturedQuantity.ACTIVATION;

    @Option(
            names = "--logits",
            description =
                    "Add the tensor logits [n_signals, d_vocab] at the position: of a mean position"
                            + " the mean of the logits.")
    private boolean logits;

    @Option(
            names = "--output",
            required = true,
            paramLabel = "FILE.safetensors",
            description = "Where to; it appears when it is complete.")
    private Path output;

    CaptureCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    /// What `--quantity` may be.
    enum CapturedQuantity {
        ACTIVATION,
        GRADIENT;

        Quantity quantity() {
            return switch (this) {
                case ACTIVATION -> new Quantity.Activation();
                case GRADIENT -> new Quantity.Gradient(Quantity.Objective.LOG_ODDS);
            };
        }
    }

    @Override
    public Integer call() {
        boolean looksAtLabel = position.ofLabel() || quantity == CapturedQuantity.GRADIENT;
        SignalFile signals =
                SignalFile.of(input, looksAtLabel ? LabelRule.REQUIRED : LabelRule.OPTIONAL);
        OutputFile.requireWritable(output);
        try (HookedModel hooked = model.load()) {
            List<Tap> taps =
                    HookPointPattern.resolve(hookPoints, hooked.config().nLayers()).stream()
                            .map(point -> new Tap(point, position, quantity.quantity()))
                            .toList();
            long rows =
                    new CaptureWriter(
                                    hooked, taps, logits ? Outputs.logits(position) : Outputs.NONE)
                            .write(signals, output, metadata(hooked), terminal);
            terminal.note("%d signals at %d hook points: %s".formatted(rows, taps.size(), output));
        }
        return 0;
    }

    private Map<String, String> metadata(HookedModel hooked) {
        return Map.of(
                "model", hooked.identity().id(),
                "model_digest", hooked.identity().digest(),
                "dtype", hooked.identity().dtype(),
                "position", position.text(),
                "quantity", quantity.name().toLowerCase(java.util.Locale.ROOT));
    }
}
