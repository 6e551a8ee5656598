package org.quirkwatch.scoring;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.quirkwatch.Quirkwatch;
import org.quirkwatch.verdictlog.Store;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;

/// A service that logs its verdicts, within the tests' process.
final class LoggedService implements AutoCloseable {

    private final ServletWebServerApplicationContext context;
    private final Caller caller;

    private LoggedService(ServletWebServerApplicationContext context) {
        this.context = context;
        this.caller = new Caller(Objects.requireNonNull(context.getWebServer()).getPort());
    }

    /// Starts one on a database; several may share it.
    ///
    /// @param more settings
    static LoggedService start(Store store, String... more) {
        return start(Arrays.asList(store.settings()), more);
    }

    /// Starts one that keeps nothing.
    ///
    /// @param more settings
    static LoggedService startWithoutLog(String... more) {
        return start(List.of("quirkwatch.verdict-log.enabled=false"), more);
    }

    /// Starts one with an embedded database of its own, which it makes where there is none.
    ///
    /// @param data its directory
    /// @param more settings
    static LoggedService startWithLogIn(java.nio.file.Path data, String... more) {
        return start(
                List.of("quirkwatch.verdict-log.enabled=true", "quirkwatch.data=" + data), more);
    }

    private static LoggedService start(List<String> database, String... more) {
        List<String> settings = new ArrayList<>(database);
        settings.addAll(
                List.of(
                        "server.port=0",
                        "quirkwatch.model=" + TinyDetector.MODEL,
                        "quirkwatch.detector=" + TinyDetector.directory(),
                        "quirkwatch.device=cpu",
                        "quirkwatch.dtype=float32",
                        "quirkwatch.drain.at-least=0s",
                        // One signal in two is flagged by it.
                        "quirkwatch.policies.eager.alpha-review=0.5",
                        "quirkwatch.policies.eager.alpha-discard=0.1"));
        settings.addAll(List.of(more));
        return new LoggedService(
                (ServletWebServerApplicationContext)
                        new SpringApplicationBuilder(Quirkwatch.class)
                                .run(
                                        settings.stream()
                                                .map(setting -> "--" + setting)
                                                .toArray(String[]::new)));
    }

    Caller caller() {
        return caller;
    }

    /// The port where it listens.
    int port() {
        return Objects.requireNonNull(context.getWebServer()).getPort();
    }

    /// What it is made of.
    ServletWebServerApplicationContext context() {
        return context;
    }

    @Override
    public void close() {
        context.close();
    }
}
