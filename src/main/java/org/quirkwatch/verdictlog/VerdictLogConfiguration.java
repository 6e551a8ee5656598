package org.quirkwatch.verdictlog;

import com.zaxxer.hikari.HikariDataSource;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.flyway.autoconfigure.FlywayMigrationStrategy;
import org.springframework.boot.jdbc.autoconfigure.DataSourceProperties;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.json.JsonMapper;

/// Puts the log together, unless it is switched off: then no database is opened.
@Configuration(proxyBeanMethods = false)
@ConditionalOnBooleanProperty(name = "quirkwatch.verdict-log.enabled", matchIfMissing = true)
@EnableConfigurationProperties(VerdictLogProperties.class)
@EnableScheduling
class VerdictLogConfiguration {

    private static final Logger LOG = LoggerFactory.getLogger(VerdictLogConfiguration.class);

    @Bean
    Storage storage(DataSourceProperties source, VerdictLogProperties properties) {
        return Storage.of(source.getUrl(), properties.data());
    }

    @Bean
    @ConfigurationProperties("spring.datasource.hikari")
    HikariDataSource dataSource(DataSourceProperties properties, Storage storage) {
        HikariDataSource source = new HikariDataSource();
        source.setJdbcUrl(storage.url());
        source.setUsername(storage.embedded() ? "sa" : properties.getUsername());
        source.setPassword(storage.embedded() ? "" : properties.getPassword());
        source.setPoolName("verdict-log");
        storage.bound(source);
        return source;
    }

    @Bean
    FlywayMigrationStrategy migration(Storage storage) {
        return flyway -> Migration.run(storage.migrating(flyway), storage);
    }

    @Bean
    SignalJson signalJson(JsonMapper json) {
        return new SignalJson(json);
    }

    @Bean
    Disk disk(JdbcOperations jdbc, Storage storage) {
        return new Disk(jdbc, storage);
    }

    @Bean
    VerdictTable verdictTable(
            JdbcOperations jdbc, SignalJson texts, VerdictLogProperties properties) {
        return new VerdictTable(jdbc, texts, properties.verdictLog().prompts());
    }

    @Bean
    VerdictWriting verdictWriting(
            VerdictTable table,
            PlatformTransactionManager transactions,
            ApplicationEventPublisher events,
            JdbcOperations jdbc,
            Storage storage,
            Disk disk,
            VerdictLogProperties properties,
            ApplicationContext service) {
        return new VerdictWriting(
                table,
                new TransactionTemplate(transactions),
                events,
                jdbc,
                storage,
                new FreeRoom(
                        disk::freeBytes,
                        properties.verdictLog().minFreeSize().toBytes(),
                        System::nanoTime),
                stopping(service, storage));
    }

    /// A file that cannot be written does not mend itself: nothing could be answered any more.
    private static Consumer<Throwable> stopping(ApplicationContext service, Storage storage) {
        AtomicBoolean begun = new AtomicBoolean();
        return cause -> {
            if (begun.compareAndSet(false, true)) {
                LOG.error(
                        "the verdict log, {}, cannot be written ({}): the service stops; what was"
                                + " answered is in it. Make room, then start the service again",
                        storage.shown(),
                        Failures.rootMessage(cause));
                // Not a daemon, as it would be by itself when a virtual thread finds out: the
                // process would end before it has said with which code.
                Thread.ofPlatform()
                        .daemon(false)
                        .name("verdict-log-broken")
                        .start(() -> System.exit(SpringApplication.exit(service, () -> 1)));
            }
        };
    }

    @Bean
    VerdictLogMetrics verdictLogMetrics(MeterRegistry meters) {
        return new VerdictLogMetrics(meters);
    }

    @Bean
    VerdictQueries verdictQueries(JdbcOperations jdbc, SignalJson texts) {
        return new VerdictQueries(jdbc, texts, InstantSource.system());
    }

    @Bean
    VerdictStatistics verdictStatistics(JdbcOperations jdbc, JsonMapper json) {
        return new VerdictStatistics(jdbc, json);
    }

    @Bean
    VerdictMinutes verdictMinutes(
            JdbcOperations jdbc,
            PlatformTransactionManager transactions,
            VerdictLogProperties properties) {
        return new VerdictMinutes(
                jdbc,
                new TransactionTemplate(transactions),
                properties.verdictLog().retention(),
                InstantSource.system());
    }

    @Bean
    Retention retention(VerdictTable table, VerdictLogProperties properties) {
        return new Retention(table, properties.verdictLog().retention(), InstantSource.system());
    }

    @Bean
    Compaction compaction(JdbcOperations jdbc, Storage storage, VerdictWriting writing) {
        return new Compaction(jdbc, storage, writing::shortage);
    }

    @Bean(initMethod = "start", destroyMethod = "close")
    DurableLedger verdictLedger(
            VerdictWriting writing, VerdictLogMetrics metrics, VerdictLogProperties properties) {
        VerdictLogProperties.VerdictLog log = properties.verdictLog();
        return new DurableLedger(writing, metrics, log.maxPending(), log.maxBatch());
    }

    @Bean
    VerdictLogHealth verdictLogHealthIndicator(DurableLedger ledger) {
        return new VerdictLogHealth(ledger);
    }
}
