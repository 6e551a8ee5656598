package org.quirkwatch.signal;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

/// A file of signals, one JSON object per line, that a command reads from start to end as often as
/// it needs. A line that holds no signal ends the command; a signal without an id is called by its
/// number.
///
/// @param path a file that can be read again
/// @param name what to call it in messages
/// @param labels whether each signal needs its label
public record SignalFile(Path path, String name, LabelRule labels) {

    /// The file at a path; a pipe is copied first.
    ///
    /// @throws Problem `invalid-file` for a folder
    public static SignalFile of(Path path, LabelRule labels) {
        String name = String.valueOf(path.getFileName());
        if (Files.isDirectory(path)) {
            throw new Problem(
                    ProblemCode.INVALID_FILE, name + ": is a folder, expected a file of signals");
        }
        return new SignalFile(
                Files.isRegularFile(path) || !Files.exists(path) ? path : copied(path),
                name,
                labels);
    }

    /// What a pipe gives can be read once only.
    private static Path copied(Path pipe) {
        try (InputStream in = Files.newInputStream(pipe)) {
            Path copy = Files.createTempFile("quirkwatch-", ".jsonl");
            copy.toFile().deleteOnExit();
            Files.copy(in, copy, StandardCopyOption.REPLACE_EXISTING);
            return copy;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Gives every signal in order.
    ///
    /// @return how many there were
    /// @throws Problem `invalid-file` naming the file and the line of what is no signal
    public long forEach(Consumer<Signal> consumer) {
        long[] count = {0};
        try (InputStream in = Files.newInputStream(path);
                SignalReader reader = new SignalReader(in, name, parser(count))) {
            while (reader.hasNext()) {
                switch (reader.next()) {
                    case SignalLine.Valid(long number, Signal signal) -> {
                        count[0]++;
                        try {
                            consumer.accept(signal);
                        } catch (Problem e) {
                            throw bad(number, e);
                        }
                    }
                    case SignalLine.Invalid(long number, Problem problem) ->
                            throw bad(number, problem);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return count[0];
    }

    private SignalParser parser(long[] count) {
        return new SignalParser(SignalLimits.DEFAULT, labels, () -> "row-" + (count[0] + 1));
    }

    private Problem bad(long number, Problem problem) {
        // One place is in the detail already.
        String places =
                problem.errors().size() < 2
                        ? ""
                        : problem.errors().stream()
                                .map(error -> "%s %s".formatted(error.pointer(), error.detail()))
                                .collect(Collectors.joining("; ", " (", ")"));
        String line = "line %d".formatted(number);
        // What is wrong with the JSON stands at a line and column already.
        String detail =
                problem.detail().startsWith(line + ", ")
                        ? problem.detail()
                        : line + ": " + problem.detail();
        return new Problem(problem.code(), "%s, %s%s".formatted(name, detail, places), problem);
    }
}
