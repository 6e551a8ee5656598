package org.quirkwatch;

import org.quirkwatch.cli.Commands;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.modulith.Modulithic;

/// The one jar's entry: the service where it is asked to serve (the default), otherwise a command
/// that starts no framework.
@SpringBootApplication(proxyBeanMethods = false)
@Modulithic(systemName = "Quirkwatch")
public final class Quirkwatch {

    private static final String CARRIERS = "jdk.virtualThreadScheduler.parallelism";

    private Quirkwatch() {}

    /// Serves until the process is told to stop, or runs one command and exits with its code.
    public static void main(String[] args) {
        Commands.servingProperties(args)
                .ifPresentOrElse(
                        properties -> {
                            leaveProcessorsToTheModel();
                            SpringApplication.run(Quirkwatch.class, properties);
                        },
                        () -> System.exit(Commands.run(args)));
    }

    /// Requests run on virtual threads, which would take every processor from the model in an
    /// overload: half of them are enough. Read by the first virtual thread; the user's own setting
    /// holds.
    private static void leaveProcessorsToTheModel() {
        int half = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
        if (System.getProperty(CARRIERS) == null) {
            System.setProperty(CARRIERS, String.valueOf(half));
        }
    }
}
