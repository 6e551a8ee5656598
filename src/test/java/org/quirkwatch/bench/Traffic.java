package org.quirkwatch.bench;

import java.io.IOException;
import picocli.CommandLine.Option;

/// What is sent: options that the scenarios share.
final class Traffic {

    private static final int PROMPTS = 1_000;

    @Option(
            names = "--prompts",
            paramLabel = "KIND",
            defaultValue = "short",
            description =
                    "short, normal (hardly any flagged), long (200 to 504 tokens) or mixed (default: short).")
    private Prompts.Kind kind;

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "1",
            description = "Signals of a request (default: 1).")
    private int batch;

    Prompts.Kind kind() {
        return kind;
    }

    int batch() {
        return batch;
    }

    Prompts prompts() throws IOException {
        return Prompts.of(kind, PROMPTS);
    }

    Requests requests() throws IOException {
        return new Requests(prompts(), batch);
    }
}
