package org.quirkwatch.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.quirkwatch.checkpoint.Projection;
import org.quirkwatch.detector.Aggregation;
import org.quirkwatch.evaluation.DetectorChoice;
import org.quirkwatch.evaluation.Shift;
import org.quirkwatch.evaluation.UntrustedSource;
import org.quirkwatch.feature.Combination;
import org.quirkwatch.model.HookPoint;
import org.quirkwatch.model.Position;
import org.quirkwatch.model.Precision;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.quirky.QuirkySplit;
import org.quirkwatch.quirky.QuirkyTask;
import org.quirkwatch.web.Scope;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;

/// The commands of the one jar. Results go to standard output, everything else to standard error.
/// Exit codes: 0 done, 1 failed (one line says what; `--verbose` adds where), 2 wrong usage.
public final class Commands {

    /// `--server.port=8081`, `--debug`: what Spring takes; `--help` and `--version` are ours.
    private static final Pattern PROPERTY = Pattern.compile("--[\\w.\\[\\]-]+=.*|--debug|--trace");

    private static final int HELP_WIDTH = 100;
    private static final int FAILED = 1;
    private static final int WRONG_USAGE = 2;

    private Commands() {}

    /// The properties to serve with, when the arguments ask to serve: none at all, or only
    /// properties such as `--server.port=8081`, with or without `serve` before them.
    ///
    /// @return empty when the arguments are for a command, `serve --help` included
    public static Optional<String[]> servingProperties(String... args) {
        List<String> properties = Arrays.asList(args);
        if (!properties.isEmpty() && properties.getFirst().equals("serve")) {
            properties = properties.subList(1, properties.size());
        }
        return properties.stream().allMatch(Commands::isProperty)
                ? Optional.of(properties.toArray(String[]::new))
                : Optional.empty();
    }

    static boolean isProperty(String argument) {
        return PROPERTY.matcher(argument).matches();
    }

    /// Runs the command of the arguments on the process's own streams.
    ///
    /// @return the exit code
    public static int run(String... args) {
        // The libraries' loggers are told before the first of them wakes up.
        System.setProperty("logback.configurationFile", "logback-commands.xml");
        return run(Terminal.system(), args);
    }

    static int run(Terminal terminal, String... args) {
        CommandLine commandLine = commandLine(terminal);
        try {
            return commandLine.execute(args);
        } catch (Error e) {
            // Native libraries that cannot be loaded and memory that runs out arrive as errors.
            return failed(terminal, e, Arrays.asList(args).contains("--verbose"));
        }
    }

    static CommandLine commandLine(Terminal terminal) {
        RootCommand root = new RootCommand();
        CommandLine commandLine =
                new CommandLine(root)
                        .addSubcommand(new ServeCommand())
                        .addSubcommand(new FitCommand(terminal))
                        .addSubcommand(new ScoreCommand(terminal))
                        .addSubcommand(new CaptureCommand(terminal))
                        .addSubcommand(new DetectCommand(terminal))
                        .addSubcommand(new EvaluateCommand(terminal))
                        .addSubcommand(new InspectCommand(terminal))
                        .addSubcommand(new SignCommand())
                        .addSubcommand(
                                new CommandLine(new KeysCommand())
                                        .addSubcommand(new KeysGenerateCommand(terminal))
                                        .addSubcommand(new KeysCreateCommand(terminal))
                                        .addSubcommand(new KeysListCommand(terminal))
                                        .addSubcommand(new KeysRotateCommand(terminal))
                                        .addSubcommand(new KeysRevokeCommand(terminal)))
                        .addSubcommand(
                                new CommandLine(new SaeCommand())
                                        .addSubcommand(new SaeTrainCommand(terminal)))
                        .addSubcommand(
                                new CommandLine(new QuirkyCommand())
                                        .addSubcommand(new QuirkyGenerateCommand(terminal))
                                        .addSubcommand(new QuirkyExportCommand(terminal))
                                        .addSubcommand(new QuirkyTrainCommand(terminal))
                                        .addSubcommand(new QuirkyZooCommand(terminal))
                                        .addSubcommand(new QuirkyFinetuneCommand(terminal))
                                        .addSubcommand(new QuirkyCheckCommand(terminal)));
        commandLine
                .registerConverter(Duration.class, KeyDatabase::duration)
                .registerConverter(Scope.class, KeyDatabase::scope)
                .registerConverter(Position.class, checked(Position::parse))
                .registerConverter(ModelOptions.DeviceName.class, ModelOptions.DeviceName::parse)
                .registerConverter(QuirkyTask.class, checked(QuirkyTask::parse))
                .registerConverter(QuirkySplit.class, checked(QuirkySplit::parse))
                .registerConverter(Shift.class, checked(Shift::parse))
                .registerConverter(UntrustedSource.class, checked(UntrustedSource::parse))
                .registerConverter(DetectorChoice.class, checked(DetectorChoice::parse))
                .registerConverter(Projection.class, checked(Projection::parse))
                .registerConverter(Combination.class, checked(Combination::parse))
                .registerConverter(Aggregation.class, checked(Aggregation::parse))
                .registerConverter(Precision.class, checked(Precision::parse))
                .registerConverter(HookPoint.class, checked(HookPoint::parse))
                .registerConverter(HookPointPattern.class, checked(HookPointPattern::parse))
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpWidth(HELP_WIDTH);
        commandLine.setOut(new PrintWriter(terminal.out(), true, StandardCharsets.UTF_8));
        commandLine.setErr(new PrintWriter(terminal.err(), true, StandardCharsets.UTF_8));
        commandLine.setExecutionExceptionHandler(
                (e, command, parsed) -> failed(terminal, e, root.verbose()));
        commandLine.setParameterExceptionHandler((e, given) -> wrongUsage(terminal, e));
        return commandLine;
    }

    /// A converter whose problems are wrong usage.
    private static <T> ITypeConverter<T> checked(ITypeConverter<T> converter) {
        return text -> {
            try {
                return converter.convert(text);
            } catch (Problem e) {
                throw new TypeConversionException(e.detail());
            }
        };
    }

    private static int wrongUsage(Terminal terminal, ParameterException e) {
        String command = e.getCommandLine().getCommandSpec().qualifiedName();
        terminal.note("quirkwatch: " + oneLine(String.valueOf(e.getMessage())));
        terminal.note(command + " --help explains");
        return WRONG_USAGE;
    }

    private static int failed(Terminal terminal, Throwable e, boolean verbose) {
        terminal.note("quirkwatch: " + oneLine(explain(e)));
        if (verbose) {
            e.printStackTrace(terminal.err());
        }
        boolean usage =
                e instanceof Problem problem && problem.code() == ProblemCode.INVALID_REQUEST;
        return usage ? WRONG_USAGE : FAILED;
    }

    private static String explain(Throwable e) {
        return switch (e) {
            case Problem problem -> problem.detail();
            case UncheckedIOException unchecked when unchecked.getCause() != null ->
                    explain(unchecked.getCause());
            case NoSuchFileException missing -> named(missing) + ": there is no such file";
            case AccessDeniedException denied -> named(denied) + ": access is denied";
            case FileSystemException file -> named(file) + ": " + file.getReason();
            case IOException io -> "reading or writing failed: " + io.getMessage();
            case OutOfMemoryError memory ->
                    "out of memory (%s): give Java more with JAVA_TOOL_OPTIONS=-Xmx4g"
                            .formatted(memory.getMessage());
            default -> "this should not have happened: %s (--verbose shows where)".formatted(e);
        };
    }

    private static String named(FileSystemException e) {
        Path name = e.getFile() == null ? null : Path.of(e.getFile()).getFileName();
        return name == null ? "a file" : name.toString();
    }

    private static String oneLine(String text) {
        return text.strip().replaceAll("\\s*\\R\\s*", "; ");
    }
}
