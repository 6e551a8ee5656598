package org.quirkwatch.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.quirkwatch.checkpoint.SparseAutoencoderCheckpoint;
import org.quirkwatch.feature.SparseAutoencoderOptions;
import org.quirkwatch.feature.SparseAutoencoderTrainer;
import org.quirkwatch.feature.SparseAutoencoderTrainer.Quality;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.model.BatchBounds;
import org.quirkwatch.model.BatchPlan;
import org.quirkwatch.model.CaptureSpec;
import org.quirkwatch.model.HookPoint;
import org.quirkwatch.model.HookedModel;
import org.quirkwatch.model.Position;
import org.quirkwatch.model.Tap;
import org.quirkwatch.model.TokenizedSignal;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.signal.LabelRule;
import org.quirkwatch.signal.SignalFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// A sparse autoencoder of a model's activations.
@Command(
        name = "train",
        description = {
            "Trains a top-k sparse autoencoder on the activations of signals at one hook point, and"
                    + " writes it as EleutherAI's sae library does (cfg.json, sae.safetensors), with"
                    + " a card that says how good it was measured to be. The same signals, model and"
                    + " options give the same weights on the same machine.",
            ""
        },
        footer = {
            "",
            "Example:",
            "  quirkwatch sae train --signals trusted.jsonl --hook-point blocks.2.hook_resid_post \\",
            "    --output saes/layers.2"
        })
final class SaeTrainCommand implements Callable<Integer> {

    private static final String CARD = "README.md";

    private final Terminal terminal;

    @Mixin private ModelOptions model = new ModelOptions();

    @Option(
            names = "--signals",
            required = true,
            paramLabel = "FILE.jsonl",
            description =
                    "Signals, one JSON object per line; their labels may be absent where they are"
                            + " not looked at.")
    private Path signals;

    @Option(
            names = "--hook-point",
            required = true,
            paramLabel = "NAME",
            description =
                    "Which activations, as in capture; blocks.N.hook_resid_post is what block N"
                            + " puts out.")
    private HookPoint hookPoint;

    @Option(
            names = "--position",
            paramLabel = "NAME",
            defaultValue = "last",
            description =
                    "last (token of the prompt), mean-prompt, label (its last token), mean-label.")
    private Position position = Position.LAST;

    @Option(
            names = "--latents",
            paramLabel = "N",
            description = "How many directions (default: eight times the width).")
    private Optional<Integer> latents = Optional.empty();

    @Option(
            names = "--k",
            paramLabel = "N",
            defaultValue = "32",
            description = "How many of them make up an activation.")
    private int k = 32;

    @Option(names = "--steps", paramLabel = "N", defaultValue = "2000", description = "Of Adam.")
    private int steps = 2000;

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "256",
            description = "Activations of a step.")
    private int batch = 256;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "0",
            description = "Decides the first weights, the rows that only measure, and the batches.")
    private long seed;

    @Option(
            names = "--output",
            required = true,
            paramLabel = "DIR",
            description = "The folder to make; it must not hold a sparse autoencoder yet.")
    private Path output;

    SaeTrainCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        if (Files.exists(output.resolve(SparseAutoencoderCheckpoint.CONFIG))) {
            throw new Problem(
                    ProblemCode.INVALID_FILE,
                    "%s: holds a sparse autoencoder already; choose another folder"
                            .formatted(output.getFileName()));
        }
        SignalFile file =
                SignalFile.of(
                        signals, position.ofLabel() ? LabelRule.REQUIRED : LabelRule.OPTIONAL);
        try (HookedModel hooked = model.load()) {
            int width = hooked.width(hookPoint.site());
            if (!(hookPoint.layer() < hooked.config().nLayers())) {
                throw new Problem(
                        ProblemCode.INVALID_REQUEST,
                        "%s does not exist: the model has layers 0 to %d"
                                .formatted(hookPoint, hooked.config().nLayers() - 1));
            }
            SparseAutoencoderOptions options =
                    new SparseAutoencoderOptions(
                            latents.orElse(SparseAutoencoderOptions.EXPANSION * width),
                            k,
                            steps,
                            batch,
                            seed);
            Matrix rows = capture(hooked, file, width);
            Quality quality = train(options, rows);
            try (OutputFile card = OutputFile.create(output.resolve(CARD))) {
                card.stream()
                        .write(card(hooked, options, quality).getBytes(StandardCharsets.UTF_8));
                card.commit();
            }
            terminal.note(
                    String.format(
                            Locale.ROOT,
                            "%d latents, %d of them active at a time: %.4f of the variance of %d"
                                    + " other rows explained; %d latents active in no row",
                            options.latents(),
                            options.k(),
                            quality.explainedVariance(),
                            quality.nMeasured(),
                            quality.deadLatents()));
        }
        return 0;
    }

    /// Trains into the folder, and leaves none behind where that is refused.
    private Quality train(SparseAutoencoderOptions options, Matrix rows) throws IOException {
        boolean made = !Files.exists(output);
        Files.createDirectories(output);
        try (ShownProgress progress = terminal.progress("train")) {
            return new SparseAutoencoderTrainer(options).train(rows, output, progress);
        } catch (Problem e) {
            if (made) {
                try (Stream<Path> files = Files.list(output)) {
                    made = files.findAny().isEmpty();
                }
                if (made) {
                    Files.delete(output);
                }
            }
            throw e;
        }
    }

    /// The activations of all signals, `[n, width]`, in their order.
    private Matrix capture(HookedModel hooked, SignalFile file, int width) {
        CaptureSpec spec =
                new CaptureSpec(
                        List.of(Tap.activation(hookPoint, position)), CaptureSpec.Outputs.NONE);
        long most =
                Math.min(
                        SparseAutoencoderTrainer.MOST_ROWS,
                        SparseAutoencoderTrainer.MOST_VALUES / width);
        List<TokenizedSignal> tokens = new ArrayList<>();
        file.forEach(signal -> {
            if (!(tokens.size() < most)) {
                throw new Problem(
                        ProblemCode.INVALID_FIT,
                        "more than %d signals, which is the limit at a width of %d"
                                .formatted(most, width));
            }
            tokens.add(hooked.tokenize(signal));
        });
        double[] values = new double[tokens.size() * width];
        int done = 0;
        try (ShownProgress progress = terminal.progress("capture")) {
            for (List<Integer> places : BatchPlan.of(tokens, spec, BatchBounds.BULK)) {
                Matrix captured =
                        hooked.run(places.stream().map(tokens::get).toList(), spec)
                                .get(spec.taps().getFirst());
                for (int i = 0; i < places.size(); i++) {
                    System.arraycopy(captured.row(i), 0, values, places.get(i) * width, width);
                }
                done += places.size();
                progress.update(done, tokens.size(), "");
            }
        }
        return Matrix.wrap(tokens.size(), width, values);
    }

    private String card(HookedModel hooked, SparseAutoencoderOptions options, Quality quality) {
        return String.format(
                Locale.ROOT,
                """
                # A sparse autoencoder of %1$s at %2$s

                It writes the activation at `%2$s` (%3$s) of the model %1$s as a sum of %4$d of %5$d directions. The format is
                that of EleutherAI's `sae` library: `cfg.json` and `sae.safetensors`.

                | | |
                |---|---|
                | model | `%1$s`, %6$s |
                | activations | %7$d to learn from, %8$d others to measure |
                | training | %9$d steps of Adam on %10$d rows each, seed %11$d |
                | explained variance | %12$.4f of the other rows |
                | dead latents | %13$d of %5$d are active in none of the rows |

                It knows what occurs in the signals it was trained on, and nothing else.
                """,
                hooked.identity().id(),
                hookPoint,
                position.text(),
                options.k(),
                options.latents(),
                hooked.identity().digest(),
                quality.nTrain(),
                quality.nMeasured(),
                options.steps(),
                options.batch(),
                options.seed(),
                quality.explainedVariance(),
                quality.deadLatents());
    }
}
