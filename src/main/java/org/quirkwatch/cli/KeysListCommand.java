package org.quirkwatch.cli;

import java.io.IOException;
import java.time.Instant;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.quirkwatch.access.KeyStore;
import org.quirkwatch.web.Scope;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// Lists the keys.
@Command(
        name = "list",
        description = {
            "Lists the keys of the database, without what is secret: id, name, scopes, when it was"
                    + " made and by whom, until when it holds; with tabs between.",
            ""
        },
        footer = {"", "Example:", "  quirkwatch keys list"})
final class KeysListCommand implements Callable<Integer> {

    private final Terminal terminal;

    @Mixin private KeyDatabase database = new KeyDatabase();

    KeysListCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        try (KeyStore keys = database.open()) {
            for (KeyStore.Entry key : keys.all()) {
                terminal.out()
                        .write(
                                KeyDatabase.line(
                                        String.join(
                                                "\t",
                                                key.id(),
                                                key.name(),
                                                key.scopes().stream()
                                                        .map(Scope::text)
                                                        .collect(Collectors.joining(",")),
                                                key.createdAt().toString(),
                                                key.createdBy(),
                                                key.expiresAt()
                                                        .map(Instant::toString)
                                                        .orElse("-"))));
            }
        }
        return 0;
    }
}
