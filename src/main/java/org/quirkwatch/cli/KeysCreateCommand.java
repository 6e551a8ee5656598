package org.quirkwatch.cli;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.quirkwatch.access.KeyStore;
import org.quirkwatch.web.Scope;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Makes a key.
@Command(
        name = "create",
        description = {"Makes a key and prints it, this once: only its hash is kept.", ""},
        footer = {
            "",
            "Example:",
            "  quirkwatch keys create --name trainer --scopes score --expires 90d"
        })
final class KeysCreateCommand implements Callable<Integer> {

    private final Terminal terminal;

    @Mixin private KeyDatabase database = new KeyDatabase();

    @Option(
            names = "--name",
            paramLabel = "NAME",
            required = true,
            description = "Letters, digits and ._@-; unique.")
    private String name;

    @Option(
            names = "--scopes",
            paramLabel = "LIST",
            split = ",",
            required = true,
            description = "What it opens: score, review, admin.")
    private Set<Scope> scopes;

    @Option(
            names = "--expires",
            paramLabel = "TIME",
            description = "How long it holds, such as 90d or 12h (default: for ever).")
    private Optional<Duration> expires = Optional.empty();

    KeysCreateCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        try (KeyStore keys = database.open()) {
            KeyStore.NewKey made = keys.create(name, scopes, expires, KeyDatabase.by());
            terminal.out().write(KeyDatabase.line(made.secret()));
            terminal.note(
                    "key %s (%s) holds %s; it is shown this once"
                            .formatted(
                                    made.entry().name(),
                                    made.entry().id(),
                                    made.entry()
                                            .expiresAt()
                                            .map(end -> "until " + end)
                                            .orElse("for ever")));
        }
        return 0;
    }
}
