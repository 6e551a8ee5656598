package org.quirkwatch.scoring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.quirkwatch.Quirkwatch;

/// The service as a process of its own, on a free port.
final class ServiceProcess {

    private static final Pattern STARTED = Pattern.compile("Tomcat started on port (\\d+)");

    private final Process process;
    private final List<String> output = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Integer> port = new CompletableFuture<>();
    private final Thread reading;

    private ServiceProcess(Process process) {
        this.process = process;
        this.reading = Thread.ofPlatform().daemon().name("output").unstarted(this::read);
    }

    /// Starts it; the port is known when it serves.
    static ServiceProcess start(String... properties) throws IOException {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "--enable-native-access=ALL-UNNAMED",
                                "-XX:+UseSerialGC",
                                "-Xmx512m",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Quirkwatch.class.getName(),
                                "--server.port=0"));
        command.addAll(List.of(properties));
        ServiceProcess service =
                new ServiceProcess(new ProcessBuilder(command).redirectErrorStream(true).start());
        service.reading.start();
        return service;
    }

    int port() {
        return port.join();
    }

    /// Tells it to stop, as a shell or an orchestrator does.
    void stop() {
        // Not the process's own method: that one closes the output, of which the end matters.
        process.toHandle().destroy();
    }

    /// Waits for its end.
    int exitCode() throws InterruptedException {
        assertThat(process.waitFor(180, TimeUnit.SECONDS)).as("the process has ended").isTrue();
        reading.join();
        return process.exitValue();
    }

    /// What it has written.
    String output() {
        return String.join("\n", output);
    }

    void kill() {
        process.destroyForcibly();
    }

    private void read() {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                output.add(line);
                Matcher matcher = STARTED.matcher(line);
                if (matcher.find()) {
                    port.complete(Integer.valueOf(matcher.group(1)));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            port.completeExceptionally(new AssertionError("it did not start: " + output()));
        }
    }
}
