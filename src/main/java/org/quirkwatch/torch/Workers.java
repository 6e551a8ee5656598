package org.quirkwatch.torch;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/// Threads that take parts of some work side by side, such as calls of a [Program] that run on one
/// thread each: those wait for each other once, where the threads of one call do at each of its
/// operations.
public final class Workers implements AutoCloseable {

    private final int threads;
    private final ExecutorService executor;

    /// @param name of the threads
    /// @param threads 1 or more
    public Workers(String name, int threads) {
        this.threads = threads;
        this.executor =
                Executors.newFixedThreadPool(
                        threads, Thread.ofPlatform().daemon().name(name + "-", 0).factory());
    }

    /// How many there are.
    public int threads() {
        return threads;
    }

    /// The results in order. Waits for all of them, also where one fails or this thread is
    /// interrupted: native code cannot be stopped, and nothing may free what it works on.
    ///
    /// @throws RuntimeException as the first that failed threw it
    public <T> List<T> all(List<Supplier<T>> tasks) {
        List<CompletableFuture<T>> results =
                tasks.stream().map(task -> CompletableFuture.supplyAsync(task, executor)).toList();
        try {
            CompletableFuture.allOf(results.toArray(CompletableFuture<?>[]::new)).join();
        } catch (CompletionException e) {
            switch (e.getCause()) {
                case RuntimeException failure -> throw failure;
                case Error failure -> throw failure;
                case null, default -> throw e;
            }
        }
        return results.stream().map(CompletableFuture::join).toList();
    }

    @Override
    public void close() {
        executor.close();
    }
}
