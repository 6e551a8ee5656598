package org.quirkwatch.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// The commands around sparse autoencoders.
@Command(
        name = "sae",
        synopsisSubcommandLabel = "COMMAND",
        description = {
            "Makes sparse autoencoders: they write an activation as a few of many directions.",
            ""
        },
        footer = {
            "",
            "Example:",
            "  quirkwatch sae train --signals trusted.jsonl --hook-point blocks.2.hook_resid_post \\",
            "    --output saes/layers.2"
        })
final class SaeCommand implements Runnable {

    @Spec private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "which command of sae?");
    }
}
