package org.quirkwatch.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.quirkwatch.artifact.ArtifactDirectory;
import org.quirkwatch.artifact.SignaturePolicy;
import org.quirkwatch.bundled.Bundled;
import org.quirkwatch.model.HookedModel;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.progress.Progress;
import org.quirkwatch.scoring.Policy;
import org.quirkwatch.scoring.Scorer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// Signals to verdicts.
@Command(
        name = "score",
        description = {
            "Judges signals: one JSON object per line in, one verdict per line out, in order, each"
                    + " as the service answers it. A line that holds no signal gives an unscored"
                    + " verdict with its line number and does not stop the rest.",
            ""
        },
        footer = {
            "",
            "Example:",
            "  quirkwatch score --model models/mine --detector detectors/mine \\",
            "    --input signals.jsonl --output verdicts.jsonl",
            "  quirkwatch score < signals.jsonl | jq -r .disposition | sort | uniq -c"
        })
final class ScoreCommand implements Callable<Integer> {

    private final Terminal terminal;

    @Spec private CommandSpec spec;

    @Mixin private ModelOptions model = new ModelOptions();

    @Option(
            names = "--detector",
            paramLabel = "DIR",
            description = "An artifact that was fitted on the model (default: the bundled one).")
    private Optional<Path> detector = Optional.empty();

    @Option(
            names = "--trusted-key",
            paramLabel = "FILE.pem",
            description =
                    "An Ed25519 public key; given, the detector has to be signed by one of them"
                            + " (see sign).")
    private List<Path> trustedKeys = List.of();

    @Option(
            names = "--input",
            paramLabel = "FILE.jsonl",
            description = "The signals (default: standard input).")
    private Optional<Path> input = Optional.empty();

    @Option(
            names = "--output",
            paramLabel = "FILE.jsonl",
            description =
                    "Where the verdicts go; it appears when it is complete (default: standard"
                            + " output, as they come).")
    private Optional<Path> output = Optional.empty();

    @Option(
            names = "--alpha-review",
            paramLabel = "X",
            description = "Review below this p-value (default: 0.01).")
    private Optional<Double> alphaReview = Optional.empty();

    @Option(
            names = "--alpha-discard",
            paramLabel = "X",
            description = "Discard below this p-value (default: 0.001).")
    private Optional<Double> alphaDiscard = Optional.empty();

    @Option(names = "--explain", description = "Add the score of each layer.")
    private boolean explain;

    ScoreCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        if (model.isOwn() && detector.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--model needs a --detector: the bundled one belongs to the bundled model");
        }
        if (output.isPresent()) {
            OutputFile.requireWritable(output.get());
        }
        Policy policy = policy();
        SignaturePolicy signatures = SignaturePolicy.of(trustedKeys, !trustedKeys.isEmpty());
        InputStream in = input.isPresent() ? Files.newInputStream(input.get()) : terminal.in();
        String name =
                input.map(path -> String.valueOf(path.getFileName())).orElse("standard input");
        try (in;
                HookedModel hooked = model.load()) {
            Scorer scorer =
                    new Scorer(
                            hooked,
                            ArtifactDirectory.read(
                                    detector.orElseGet(Bundled::detector), signatures));
            policy.requireResolvable(scorer.artifact().calibration());
            VerdictWriter verdicts = new VerdictWriter(scorer, policy, explain);
            try (ShownProgress progress = terminal.progress("score")) {
                if (output.isPresent()) {
                    try (OutputFile file = OutputFile.create(output.get())) {
                        verdicts.write(in, name, file.stream(), counted(progress));
                        file.commit();
                    }
                } else {
                    OutputStream out = terminal.out();
                    verdicts.write(in, name, out, counted(progress));
                    out.flush();
                }
            }
            terminal.note(verdicts.summary());
        }
        return 0;
    }

    /// Tells the lines of a file as the total; a pipe's are not known before its end.
    private Progress counted(Progress progress) throws IOException {
        if (input.isEmpty() || !Files.isRegularFile(input.get())) {
            return progress;
        }
        long lines = 0;
        try (InputStream in = Files.newInputStream(input.get())) {
            byte[] buffer = new byte[1 << 16];
            for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                for (int i = 0; i < length; i++) {
                    lines += buffer[i] == '\n' ? 1 : 0;
                }
            }
        }
        long total = lines;
        return (done, unknown, detail) -> progress.update(done, Math.max(total, done), detail);
    }

    private Policy policy() {
        Policy standard = Policy.standard();
        try {
            return new Policy(
                    standard.id(),
                    standard.version(),
                    alphaReview.orElse(standard.alphaReview()),
                    alphaDiscard.orElse(
                            Math.min(
                                    standard.alphaDiscard(),
                                    alphaReview.orElse(standard.alphaReview()))),
                    standard.onUnscored(),
                    standard.mode());
        } catch (Problem e) {
            throw new ParameterException(spec.commandLine(), e.detail(), e);
        }
    }
}
