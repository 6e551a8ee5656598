package org.quirkwatch.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;

/// What a command reads from and writes to.
///
/// @param in standard input
/// @param out standard output: results only, unbuffered
/// @param err standard error: progress, notes and the one line of a failure
/// @param interactive whether a person watches standard error
/// @param clock what progress measures time with
record Terminal(
        InputStream in,
        OutputStream out,
        PrintStream err,
        boolean interactive,
        InstantSource clock) {

    private static final int STANDARD_ERROR = 2;

    /// The process's own.
    static Terminal system() {
        return new Terminal(
                System.in,
                new FileOutputStream(FileDescriptor.out),
                new PrintStream(
                        new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8),
                isTerminal(STANDARD_ERROR) && !"dumb".equals(System.getenv("TERM")),
                InstantSource.system());
    }

    /// Shows the progress of a piece of work: a bar for a person, a line now and then for a log.
    ///
    /// @param title what is being done, one or two words
    ShownProgress progress(String title) {
        return new ShownProgress(title, err, interactive, clock);
    }

    /// Says something worth knowing beside the result.
    void note(String text) {
        err.println(text);
    }

    /// Asks the C library, because Java knows only whether input *and* output are a terminal.
    @SuppressWarnings("restricted") // `int isatty(int)` is that function's signature in POSIX
    private static boolean isTerminal(int fileDescriptor) {
        Linker linker = Linker.nativeLinker();
        return linker.defaultLookup()
                .find("isatty")
                .map(function ->
                        linker.downcallHandle(
                                function,
                                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT)))
                .map(handle -> {
                    try {
                        return (int) handle.invokeExact(fileDescriptor) == 1;
                    } catch (Throwable e) {
                        return false;
                    }
                })
                .orElse(false);
    }
}
