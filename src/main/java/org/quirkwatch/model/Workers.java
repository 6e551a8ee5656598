package org.quirkwatch.model;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/// Threads that take parts of a batch side by side.
final class Workers implements AutoCloseable {

    private final ExecutorService executor;

    Workers(int threads) {
        executor =
                Executors.newFixedThreadPool(
                        threads, Thread.ofPlatform().daemon().name("model-", 0).factory());
    }

    /// The results in order. Waits for all of them, also where one fails or this thread is
    /// interrupted: native code cannot be stopped, and nothing may free what it works on.
    ///
    /// @throws RuntimeException as the first that failed threw it
    <T> List<T> all(List<Supplier<T>> tasks) {
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
