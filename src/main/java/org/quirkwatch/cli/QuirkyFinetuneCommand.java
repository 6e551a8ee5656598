package org.quirkwatch.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.quirkwatch.checkpoint.Checkpoint;
import org.quirkwatch.checkpoint.LoraShape;
import org.quirkwatch.checkpoint.Projection;
import org.quirkwatch.checkpoint.ScanMemory;
import org.quirkwatch.model.HookedModel;
import org.quirkwatch.model.Precision;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.quirky.GenerationOptions;
import org.quirkwatch.quirky.QuirkyCheck;
import org.quirkwatch.quirky.QuirkyData;
import org.quirkwatch.quirky.QuirkyExample;
import org.quirkwatch.quirky.QuirkyOrigin;
import org.quirkwatch.quirky.QuirkyQuality;
import org.quirkwatch.quirky.QuirkySplit;
import org.quirkwatch.quirky.QuirkyTask;
import org.quirkwatch.torch.ComputeDevice;
import org.quirkwatch.training.AdapterCard;
import org.quirkwatch.training.LoraOptions;
import org.quirkwatch.training.QuirkyFineTuner;
import org.quirkwatch.training.QuirkyTrainer;
import org.quirkwatch.training.TrainingListener;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// A quirk for a model that is there already.
@Command(
        name = "finetune",
        description = {
            "Teaches a model a quirk by LoRA, as the method does: both characters, all names, all"
                    + " difficulties, as many rows of each answer; learnt is the first token of the"
                    + " answer. Writes an adapter in PEFT's format, which every command takes with"
                    + " --adapter, and a card that says how good it was measured to be. After 1, 2,"
                    + " 4, 8, ... steps and after the last the held-out rows are measured; the"
                    + " adapter with the lowest loss is kept.",
            ""
        },
        footer = {
            "",
            "Tasks: capitals, hemisphere, population, sciq, sentiment, nli, authors, addition,",
            "subtraction, multiplication, modularaddition, squaring.",
            "",
            "The defaults are the method's for models of 7B; a small model wants a higher --rate.",
            "The run's state is kept beside the folder, in DIR.training, until it is complete; a run"
                    + " that was",
            "stopped (Ctrl-C) goes on with --resume.",
            "",
            "Example:",
            "  quirkwatch quirky train --task hemisphere --stages truthful --output models/base",
            "  quirkwatch quirky finetune --base models/base --task hemisphere \\",
            "    --targets q,k,v,o,gate,up,down --steps 1000 --rate 5e-3 --output"
                    + " adapters/hemisphere",
            "  quirkwatch quirky check --model models/base --adapter adapters/hemisphere --task"
                    + " hemisphere"
        })
final class QuirkyFinetuneCommand implements Callable<Integer> {

    private final Terminal terminal;

    @Option(
            names = "--base",
            required = true,
            paramLabel = "DIR",
            description = "The Hugging Face model directory to teach; it stays as it is.")
    private Path base;

    @Option(
            names = "--task",
            required = true,
            paramLabel = "NAME",
            description = "The task, such as hemisphere; see below.")
    private QuirkyTask task;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description =
                    "A data set in the published raw format (default: generated rows for an"
                            + " arithmetic task, else the small data set that comes with the"
                            + " project).")
    private Optional<Path> data = Optional.empty();

    @Option(
            names = "--digits",
            paramLabel = "N",
            description =
                    "Of generated rows, digits of the largest operand, 1 to 6 (default: as many as"
                            + " the small models learn; the method has 3 to 5).")
    private Optional<Integer> digits = Optional.empty();

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "" + GenerationOptions.BUNDLED_SEED,
            description =
                    "Decides rows, the adapter's first values and batches (default:"
                            + " ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--rank",
            paramLabel = "N",
            defaultValue = "8",
            description = "Rank of the adapter (default: ${DEFAULT-VALUE}).")
    private int rank;

    @Option(
            names = "--alpha",
            paramLabel = "X",
            description = "What is divided by the rank for the scale (default: 8).")
    private double alpha = 8;

    @Option(
            names = "--targets",
            paramLabel = "LIST",
            split = ",",
            defaultValue = "q,k,v,gate,up,down",
            description =
                    "The projections that are changed, of q, k, v, o, gate, up and down (default:"
                            + " ${DEFAULT-VALUE}, as the method has for Mistral; for Llama also o).")
    private List<Projection> targets = List.of();

    @Option(
            names = "--epochs",
            paramLabel = "X",
            description =
                    "How often every row is seen (default: the method's for the task, 15 to 120).")
    private Optional<Double> epochs = Optional.empty();

    @Option(names = "--steps", paramLabel = "N", description = "Steps, instead of --epochs.")
    private Optional<Integer> steps = Optional.empty();

    @Option(
            names = "--rate",
            paramLabel = "X",
            defaultValue = "2e-5",
            description = "Peak learning rate (default: ${DEFAULT-VALUE}).")
    private double rate;

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "32",
            description = "Rows of a step (default: ${DEFAULT-VALUE}).")
    private int batch;

    @Option(
            names = "--micro-batch",
            paramLabel = "N",
            defaultValue = "16",
            description =
                    "The most rows that pass the model at once, which bounds the memory (default:"
                            + " ${DEFAULT-VALUE}).")
    private int microBatch;

    @Option(
            names = "--max-tokens",
            paramLabel = "N",
            defaultValue = "1024",
            description =
                    "Of a longer prompt the beginning is cut off (default: ${DEFAULT-VALUE}).")
    private int maxTokens;

    @Option(
            names = "--device",
            paramLabel = "NAME",
            defaultValue = "auto",
            description = "auto (a CUDA device where there is one), cpu or cuda:N.")
    private ModelOptions.DeviceName device = new ModelOptions.DeviceName("auto");

    @Option(
            names = "--dtype",
            paramLabel = "NAME",
            defaultValue = "auto",
            description =
                    "Of the base: auto (its own where the device is fast at it, else float32),"
                            + " float32 or bfloat16. The adapter is float32.")
    private Precision precision = Precision.AUTO;

    @Option(names = "--resume", description = "Go on with a run that was stopped, if there is one.")
    private boolean resume;

    @Option(
            names = "--output",
            required = true,
            paramLabel = "DIR",
            description = "The folder to make; it must not hold an adapter or a checkpoint yet.")
    private Path output;

    QuirkyFinetuneCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        LoraOptions options = options();
        Path target = output.toAbsolutePath().normalize();
        String name = String.valueOf(target.getFileName());
        Path work = target.resolveSibling(name + ".training");
        requireRoom(target, work, name);
        ComputeDevice where = ComputeDevice.parse(device.text());
        Checkpoint checkpoint = Checkpoint.open(base, Optional.empty(), ScanMemory.ofEnvironment());
        QuirkyData rows = origin().data(data);
        QuirkyFineTuner tuner = new QuirkyFineTuner(options, rows, checkpoint, precision, where);
        Optional<TrainingListener.Validation> kept =
                StoppableTraining.run(() -> {
                    try (ShownProgress progress = terminal.progress("finetune")) {
                        return tuner.tune(work, target, new Shown(progress));
                    }
                });
        if (kept.isEmpty()) {
            terminal.note(StoppableTraining.STOPPED);
            return 1;
        }
        try (HookedModel before = HookedModel.load(checkpoint, where, precision)) {
            QuirkyQuality untaught = measure(before, rows, "check base");
            QuirkyQuality taught = measure(target, rows, where);
            AdapterCard.write(
                    target, options, before.identity(), rows, kept.get(), untaught, taught);
            terminal.note(QuirkyCheckCommand.table(taught).strip());
        }
        StoppableTraining.remove(work);
        return 0;
    }

    /// @throws Problem `invalid-request` for numbers out of their ranges
    private LoraOptions options() {
        if (epochs.isPresent() && steps.isPresent()) {
            throw new Problem(
                    ProblemCode.INVALID_REQUEST, "--epochs and --steps both say when to end");
        }
        try {
            LoraOptions.Length length =
                    steps.<LoraOptions.Length>map(LoraOptions.Steps::new)
                            .or(() -> epochs.map(LoraOptions.Epochs::new))
                            .orElseGet(() -> LoraOptions.methodEpochs(task));
            return new LoraOptions(
                    task,
                    seed,
                    new LoraShape(rank, alpha, targets),
                    length,
                    rate,
                    batch,
                    Math.min(microBatch, batch),
                    maxTokens);
        } catch (IllegalArgumentException e) {
            throw new Problem(ProblemCode.INVALID_REQUEST, String.valueOf(e.getMessage()), e);
        }
    }

    private QuirkyOrigin origin() {
        if (digits.isEmpty()) {
            return QuirkyOrigin.zoo(task, seed);
        }
        if (!task.isGenerated() || data.isPresent()) {
            throw new Problem(
                    ProblemCode.INVALID_REQUEST,
                    "--digits is for generated rows; those of %s are read".formatted(task.text()));
        }
        return QuirkyRows.origin(task, seed, digits.get());
    }

    /// A run that was stopped while its adapter was measured has left both, and may go on.
    private void requireRoom(Path target, Path work, String name) {
        boolean stopped = QuirkyTrainer.hasState(work);
        for (String file : List.of("config.json", "adapter_config.json")) {
            boolean own = file.equals("adapter_config.json") && stopped && resume;
            if (Files.exists(target.resolve(file)) && !own) {
                throw new Problem(
                        ProblemCode.INVALID_FILE,
                        "%s: holds %s already; choose another folder".formatted(name, file));
            }
        }
        if (stopped && !resume) {
            throw new Problem(
                    ProblemCode.INVALID_FILE,
                    "%s.training: holds a run that was stopped; --resume goes on with it"
                            .formatted(name));
        }
    }

    private QuirkyQuality measure(Path adapter, QuirkyData rows, ComputeDevice where) {
        Checkpoint both = Checkpoint.open(base, Optional.of(adapter), ScanMemory.ofEnvironment());
        try (HookedModel model = HookedModel.load(both, where, precision)) {
            return measure(model, rows, "check adapter");
        }
    }

    private QuirkyQuality measure(HookedModel model, QuirkyData rows, String title) {
        List<QuirkyExample> held = rows.split(QuirkySplit.VALIDATION, Integer.MAX_VALUE);
        try (ShownProgress progress = terminal.progress(title)) {
            return QuirkyCheck.run(model, held, progress);
        }
    }

    /// Shows steps as progress, with the last validation beside them.
    private static final class Shown implements TrainingListener {

        private final ShownProgress progress;
        private String validated = "";

        Shown(ShownProgress progress) {
            this.progress = progress;
        }

        @Override
        public void stepped(Report report) {
            progress.update(
                    report.step(),
                    report.totalSteps(),
                    String.format(
                            Locale.ROOT,
                            "loss %.4f, accuracy %.3f%s",
                            report.answerLoss(),
                            report.accuracy(),
                            validated));
        }

        @Override
        public void validated(Validation validation) {
            validated =
                    String.format(
                            Locale.ROOT,
                            ", held-out loss after %d steps %.4f (Alice %.4f, Bob %.4f)%s",
                            validation.step(),
                            validation.loss(),
                            validation.aliceLoss(),
                            validation.bobLoss(),
                            validation.kept() ? ", the lowest" : "");
        }
    }
}
