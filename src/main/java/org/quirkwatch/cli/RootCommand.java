package org.quirkwatch.cli;

import org.quirkwatch.torch.Torch;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/// The command without a name, which only has others.
@Command(
        name = "quirkwatch",
        versionProvider = RootCommand.Versions.class,
        mixinStandardHelpOptions = true,
        scope = ScopeType.INHERIT,
        synopsisSubcommandLabel = "COMMAND",
        description = {
            "Watches what happens inside a language model while it reads a training signal, and"
                    + " says with a calibrated verdict whether that is what trusted signals do.",
            ""
        },
        footer = {
            "",
            "Exit codes: 0 done, 1 failed (one line on standard error says what), 2 wrong usage.",
            "",
            "Without a command it serves. Examples:",
            "  quirkwatch                          # the bundled model and detector on port 8080",
            "  quirkwatch score --input signals.jsonl > verdicts.jsonl",
            "  quirkwatch COMMAND --help           # what a command does, with an example"
        })
final class RootCommand implements Runnable {

    @Spec private CommandSpec spec;

    @Option(
            names = "--verbose",
            scope = ScopeType.INHERIT,
            description = "Where something fails, show the stack trace too.")
    private boolean verbose;

    boolean verbose() {
        return verbose;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "which command?");
    }

    /// What `--version` prints.
    static final class Versions implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {
                "quirkwatch " + BuildVersion.read(),
                "libtorch " + Torch.version(),
                "java " + Runtime.version()
            };
        }
    }
}
