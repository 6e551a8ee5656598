package org.quirkwatch.cli;

import java.util.concurrent.Callable;
import org.quirkwatch.access.KeyStore;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// Takes a key back.
@Command(
        name = "revoke",
        description = {"Takes a key back: services stop to accept it within seconds.", ""},
        footer = {"", "Example:", "  quirkwatch keys revoke trainer"})
final class KeysRevokeCommand implements Callable<Integer> {

    private final Terminal terminal;

    @Mixin private KeyDatabase database = new KeyDatabase();

    @Parameters(paramLabel = "KEY", description = "Id or name.")
    private String key;

    KeysRevokeCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (KeyStore keys = database.open()) {
            KeyStore.Entry revoked = keys.revoke(key, KeyDatabase.by());
            terminal.note(
                    "key %s (%s) opens nothing any more".formatted(revoked.name(), revoked.id()));
        }
        return 0;
    }
}
