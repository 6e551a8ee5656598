package org.quirkwatch.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// Drives a running service over HTTP from a process of its own: `make load RUN="rate"`.
@Command(
        name = "load",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "SCENARIO",
        description = {
            "Drives a running service over HTTP on this machine, prints what it measures with rows"
                    + " for docs/LOG.md, and fails when an answer is wrong, never because it is slow.",
            ""
        },
        footer = {
            "",
            "Exit codes: 0 done, 1 something was wrong (standard error says what), 2 wrong usage."
        })
final class Load implements Runnable {

    private static final int HELP_WIDTH = 100;

    @Spec private CommandSpec spec;

    private Load() {}

    /// Which service.
    static final class Target {

        @Option(
                names = "--port",
                paramLabel = "N",
                defaultValue = "8080",
                description = "Where the service listens on this machine (default: 8080).")
        private int port;

        @Option(
                names = "--pid",
                paramLabel = "N",
                description = "The service's process, for its processor time and memory (Linux).")
        private Long pid;

        @Spec(Spec.Target.MIXEE)
        private CommandSpec spec;

        Service service() {
            if (pid != null && !Files.isDirectory(Path.of("/proc", pid.toString()))) {
                throw new ParameterException(spec.commandLine(), "no process " + pid);
            }
            return new Service(port, pid == null ? OptionalLong.empty() : OptionalLong.of(pid));
        }
    }

    public static void main(String[] args) {
        // Figures look the same everywhere, as in docs/LOG.md.
        Locale.setDefault(Locale.ROOT);
        System.exit(commandLine(args).execute(args));
    }

    private static CommandLine commandLine(String... args) {
        Report report = new Report(System.out, System.err, Clock.systemUTC(), shown(args));
        CommandLine commandLine =
                new CommandLine(new Load())
                        .addSubcommand(new LaneCommand(report))
                        .addSubcommand(new RateCommand(report))
                        .addSubcommand(new OpenCommand(report))
                        .addSubcommand(new OverloadCommand(report))
                        .addSubcommand(new StreamCommand(report))
                        .addSubcommand(new SameCommand(report))
                        .addSubcommand(new DrainCommand(report))
                        .addSubcommand(new JobCommand(report))
                        .addSubcommand(new KillCommand(report))
                        .addSubcommand(new HostileCommand(report));
        commandLine.setUsageHelpWidth(HELP_WIDTH);
        commandLine.setCaseInsensitiveEnumValuesAllowed(true);
        return commandLine;
    }

    /// The arguments without what is this machine's only.
    private static String shown(String... args) {
        List<String> shown = new ArrayList<>(Arrays.asList(args));
        for (String option : List.of("--port", "--pid")) {
            int at = shown.indexOf(option);
            if (at >= 0 && at + 1 < shown.size()) {
                shown.subList(at, at + 2).clear();
            }
            shown.removeIf(argument -> argument.startsWith(option + "="));
        }
        return String.join(" ", shown);
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "which scenario?");
    }
}
