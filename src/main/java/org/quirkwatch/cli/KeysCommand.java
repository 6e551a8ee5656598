package org.quirkwatch.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// The commands around keys of callers.
@Command(
        name = "keys",
        synopsisSubcommandLabel = "COMMAND",
        description = {
            "Makes, lists, rotates and revokes the keys that callers of the service send. They work"
                    + " on the service's database; an embedded one is used by one process at a"
                    + " time, so ask a running service over HTTP (/v1/keys) instead.",
            ""
        },
        footer = {
            "",
            "Example:",
            "  quirkwatch keys create --name trainer --scopes score --expires 90d",
            "  quirkwatch keys list"
        })
final class KeysCommand implements Runnable {

    @Spec private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "which command of keys?");
    }
}
