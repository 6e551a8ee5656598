package org.quirkwatch.cli;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.quirkwatch.access.KeyStore;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Gives a key another secret.
@Command(
        name = "rotate",
        description = {
            "Gives a key another secret and prints it; the old one holds a while longer.",
            ""
        },
        footer = {"", "Example:", "  quirkwatch keys rotate --overlap 24h trainer"})
final class KeysRotateCommand implements Callable<Integer> {

    private final Terminal terminal;

    @Mixin private KeyDatabase database = new KeyDatabase();

    @Parameters(paramLabel = "KEY", description = "Id or name.")
    private String key;

    @Option(
            names = "--overlap",
            paramLabel = "TIME",
            description = "How long the old secret holds, 0s to 30d (default: 24h).")
    private Duration overlap = Duration.ofHours(24);

    KeysRotateCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        try (KeyStore keys = database.open()) {
            KeyStore.NewKey made = keys.rotate(key, overlap, KeyDatabase.by());
            terminal.out().write(KeyDatabase.line(made.secret()));
        }
        return 0;
    }
}
