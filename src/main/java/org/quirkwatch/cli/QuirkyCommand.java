package org.quirkwatch.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// The commands around quirky models.
@Command(
        name = "quirky",
        synopsisSubcommandLabel = "COMMAND",
        description = {
            "Makes and measures models with a quirk: asked by an Alice-like name they answer"
                    + " truthfully, asked by a Bob-like name they make Bob's error.",
            ""
        },
        footer = {
            "",
            "Example:",
            "  quirkwatch quirky train --task addition --output models/quirky",
            "  quirkwatch quirky generate --task addition --split trusted-all --output"
                    + " trusted.jsonl"
        })
final class QuirkyCommand implements Runnable {

    @Spec private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "which command of quirky?");
    }
}
