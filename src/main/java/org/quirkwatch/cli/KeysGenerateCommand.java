package org.quirkwatch.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.quirkwatch.access.KeyStore;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Makes a key that no database knows.
@Command(
        name = "generate",
        description = {
            "Makes a key for the configuration: prints the key, and the hash that stands in"
                    + " quirkwatch.access.bootstrap-key-hash or quirkwatch.access.keys. Needs no database.",
            ""
        },
        footer = {"", "Example:", "  quirkwatch keys generate"})
final class KeysGenerateCommand implements Callable<Integer> {

    private final Terminal terminal;

    @Option(
            names = "--env",
            description =
                    "As QUIRKWATCH_KEY=… and QUIRKWATCH_KEY_HASH=…, for the file .env of compose.")
    private boolean env;

    KeysGenerateCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        KeyStore.Generated key = KeyStore.generate();
        terminal.out().write(KeyDatabase.line((env ? "QUIRKWATCH_KEY=" : "") + key.secret()));
        terminal.out().write(KeyDatabase.line((env ? "QUIRKWATCH_KEY_HASH=" : "") + key.hash()));
        return 0;
    }
}
