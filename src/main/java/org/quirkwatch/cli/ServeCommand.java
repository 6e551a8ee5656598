package org.quirkwatch.cli;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;

/// Explains `serve`. The service itself is started by the entry, before any command is looked at:
/// what arrives here are arguments that are no properties.
@Command(
        name = "serve",
        customSynopsis = "quirkwatch [serve] [--PROPERTY=VALUE]...",
        description = {
            "Serves verdicts over HTTP until it is told to stop; the default command.",
            "Takes Spring's properties, each as --NAME=VALUE; README.md has the table. The most used:",
            "  --quirkwatch.model=DIR        a checkpoint (default: the bundled one)",
            "  --quirkwatch.detector=DIR     an artifact fitted on it (default: the bundled one)",
            "  --quirkwatch.data=DIR         where verdicts are logged (default: quirkwatch-data)",
            "  --server.port=8080            --server.address=127.0.0.1 (only this machine)",
            ""
        },
        footer = {
            "",
            "Example:",
            "  quirkwatch serve --server.port=9000 --quirkwatch.model=models/mine"
                    + " --quirkwatch.detector=detectors/mine"
        })
final class ServeCommand implements Runnable {

    @Spec private CommandSpec spec;

    @Unmatched private final List<String> arguments = new ArrayList<>();

    @Override
    public void run() {
        String first =
                arguments.stream()
                        .filter(argument -> !Commands.isProperty(argument))
                        .findFirst()
                        .orElse("--verbose");
        throw new ParameterException(
                spec.commandLine(),
                "serve takes properties as --NAME=VALUE, got \"%s\"".formatted(first));
    }
}
