package org.quirkwatch.verdictlog;

import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.flywaydb.core.Flyway;
import org.quirkwatch.scoring.VerdictRecord;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.postgresql.PostgreSQLContainer;
import org.testcontainers.utility.DockerImageName;

/// A database with the tables of the service, for tests.
public final class Store implements AutoCloseable {

    private static final String IMAGE = "QUIRKWATCH_TEST_POSTGRES_IMAGE";
    private static final long LEAST_FREE = 64L << 20;

    private final Storage storage;
    private final HikariDataSource source;
    private final String user;
    private final String password;
    private final AutoCloseable below;
    private volatile OptionalLong freeBytes = OptionalLong.empty();

    private Store(Storage storage, String user, String password, AutoCloseable below) {
        this.storage = storage;
        this.user = user;
        this.password = password;
        this.below = below;
        source = new HikariDataSource();
        source.setJdbcUrl(storage.url());
        source.setUsername(user);
        source.setPassword(password);
        source.setConnectionTimeout(2_000);
        source.setMaximumPoolSize(20);
        storage.bound(source);
        Flyway.configure().dataSource(source).load().migrate();
    }

    /// The embedded database, in a directory that is its own.
    public static Store embedded() {
        try {
            Path directory = Files.createTempDirectory("quirkwatch-log");
            return new Store(Storage.of(null, directory.toString()), "sa", "", () -> {});
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Where the file of an embedded one is.
    public static String directory(Store store) {
        return java.util.Objects.requireNonNull(store.storage.directory()).toString();
    }

    /// Whether containers can be started here.
    public static boolean hasEngine() {
        return DockerClientFactory.instance().isDockerAvailable();
    }

    /// PostgreSQL in a container of its own.
    public static Store postgresql() {
        PostgreSQLContainer container = container();
        container.start();
        return new Store(
                Storage.of(container.getJdbcUrl(), ""),
                container.getUsername(),
                container.getPassword(),
                container);
    }

    static PostgreSQLContainer container() {
        String image = System.getenv(IMAGE);
        return new PostgreSQLContainer(
                        DockerImageName.parse(image == null ? "postgres:17" : image)
                                .asCompatibleSubstituteFor("postgres"))
                .withStartupTimeout(Duration.ofMinutes(2));
    }

    /// The settings that a service needs for this database.
    public String[] settings() {
        return new String[] {
            "quirkwatch.verdict-log.enabled=true",
            "spring.datasource.url=" + storage.url(),
            "spring.datasource.username=" + user,
            "spring.datasource.password=" + password
        };
    }

    public JdbcTemplate jdbc() {
        return new JdbcTemplate(source);
    }

    public TransactionTemplate transaction() {
        return new TransactionTemplate(new JdbcTransactionManager(source));
    }

    /// Deletes every row.
    public void clear() {
        jdbc().update("delete from job");
        jdbc().update("delete from verdict");
        jdbc().update("delete from verdict_minute");
        jdbc().update("update verdict_minute_mark set at_minute = 0");
        jdbc().update("delete from event_publication");
    }

    /// Writes verdicts in one transaction with what hears of them.
    public void write(List<VerdictRecord> verdicts, Consumer<VerdictsLogged> hearing) {
        var _ =
                writing(
                                event -> hearing.accept((VerdictsLogged) event),
                                VerdictLogProperties.KeptTexts.ALL)
                        .write(verdicts);
    }

    /// Its disk.
    public Disk disk() {
        return new Disk(jdbc(), storage);
    }

    /// Makes its disk a full one for ledgers, or one with room.
    void fill(boolean full) {
        freeBytes = OptionalLong.of(full ? LEAST_FREE - 1 : LEAST_FREE);
    }

    Storage storage() {
        return storage;
    }

    VerdictWriting writing(ApplicationEventPublisher events, VerdictLogProperties.KeptTexts kept) {
        return new VerdictWriting(
                new VerdictTable(jdbc(), new SignalJson(Records.JSON), kept),
                transaction(),
                events,
                jdbc(),
                storage,
                new FreeRoom(() -> freeBytes, LEAST_FREE, System::nanoTime),
                cause -> {});
    }

    /// Has the server stop for a while, its connections open; resume ends it.
    public void pause() {
        server().getDockerClient().pauseContainerCmd(server().getContainerId()).exec();
    }

    /// Has the server go on.
    public void resume() {
        server().getDockerClient().unpauseContainerCmd(server().getContainerId()).exec();
    }

    private PostgreSQLContainer server() {
        return (PostgreSQLContainer) below;
    }

    @Override
    public void close() {
        source.close();
        try {
            below.close();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
