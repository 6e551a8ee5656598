package org.quirkwatch.cli;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/// A training that saves its state when the process is told to stop. Such a process ends as soon as
/// the state is saved, so what there is to say is said before.
final class StoppableTraining {

    /// What to say of a run that was stopped.
    static final String STOPPED = "stopped; the same command with --resume goes on from here";

    private static final long MOST_SECONDS_TO_STOP = 60;

    private StoppableTraining() {}

    /// Runs a training on this thread, which is interrupted when the process is told to stop.
    ///
    /// @param training ends soon after an interrupt, with its state saved
    static <T> T run(Supplier<T> training) {
        Thread thread = Thread.currentThread();
        CountDownLatch saved = new CountDownLatch(1);
        Thread stop =
                new Thread(() -> {
                    thread.interrupt();
                    try {
                        saved.await(MOST_SECONDS_TO_STOP, TimeUnit.SECONDS);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                });
        Runtime.getRuntime().addShutdownHook(stop);
        try {
            return training.get();
        } finally {
            saved.countDown();
            removeHook(stop);
        }
    }

    private static void removeHook(Thread stop) {
        try {
            Runtime.getRuntime().removeShutdownHook(stop);
        } catch (IllegalStateException e) {
            // The process is stopping, which is what the hook waits for.
        }
    }

    /// Removes the state of a complete run: a folder of files that the run made.
    static void remove(Path work) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(work)) {
            for (Path file : files) {
                Files.delete(file);
            }
        }
        Files.delete(work);
    }
}
