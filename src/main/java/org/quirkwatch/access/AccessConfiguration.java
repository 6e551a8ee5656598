package org.quirkwatch.access;

import java.time.InstantSource;
import org.quirkwatch.audit.Audit;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.web.BoundedBodies;
import org.quirkwatch.web.ProblemWriter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.core.env.Profiles;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/// Puts together who may do what. Where there is no database, keys come from the configuration
/// only, sessions hold in this process, and the audit is lines of the log.
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(AccessProperties.class)
class AccessConfiguration {

    private static final Logger LOG = LoggerFactory.getLogger(AccessConfiguration.class);

    @Bean
    AccessMode accessMode(
            AccessProperties properties, Environment environment, ServerProperties server) {
        AccessMode mode =
                AccessMode.of(
                        properties.enabled(),
                        environment.acceptsProfiles(Profiles.of(AccessMode.LOCAL_PROFILE)),
                        server.getAddress());
        LOG.info(
                mode.on()
                        ? "access is on ({}): callers need a key or a token"
                        : "access is off ({}): whoever reaches the port may do everything",
                mode.why());
        return mode;
    }

    @Bean
    KeyRing keyRing(AccessProperties properties, ObjectProvider<KeyTable> table) {
        return new KeyRing(properties, table.getIfAvailable(), InstantSource.system());
    }

    @Bean
    Refusals refusals(ProblemWriter problems, Audit audit) {
        return new Refusals(problems, audit);
    }

    @Bean
    ManagementPort managementPort(Environment environment) {
        return new ManagementPort(environment);
    }

    @Bean
    AccessBodies accessBodies(BoundedBodies bodies) {
        return new AccessBodies(bodies);
    }

    @Bean
    ConsoleSignIn consoleSignIn(
            KeyRing keys,
            Sessions sessions,
            Refusals refusals,
            Audit audit,
            AccessProperties properties) {
        return new ConsoleSignIn(
                keys, sessions, refusals, audit, properties.session(), InstantSource.system());
    }

    /// Says at the end of the start when nobody could ever ask.
    @Bean
    ApplicationListener<ApplicationReadyEvent> nobodyCanAsk(
            AccessMode mode, KeyRing keys, ObjectProvider<JwtDecoder> decoders) {
        return ready -> {
            if (mode.on() && decoders.getIfAvailable() == null && isEmpty(keys)) {
                LOG.warn(
                        "there is no key yet: `quirkwatch keys create` makes one, or"
                                + " quirkwatch.access.bootstrap-key-hash names one");
            }
        };
    }

    private static boolean isEmpty(KeyRing keys) {
        try {
            return keys.isEmpty();
        } catch (Problem e) {
            // The database is away: nothing is known of its keys.
            return false;
        }
    }

    /// With a database.
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnBooleanProperty(name = "quirkwatch.verdict-log.enabled", matchIfMissing = true)
    static class Stored {

        @Bean
        KeyTable keyTable(JdbcOperations jdbc) {
            return new KeyTable(jdbc);
        }

        @Bean
        AuditTable auditTable(JdbcOperations jdbc) {
            return new AuditTable(jdbc, InstantSource.system());
        }

        @Bean
        AuditRetention auditRetention(AuditTable audit, AccessProperties properties) {
            return new AuditRetention(audit, properties.auditRetention(), InstantSource.system());
        }

        @Bean
        Sessions storedSessions(JdbcOperations jdbc, AccessProperties properties) {
            return new StoredSessions(
                    jdbc, properties.maxSessions(), properties.refresh(), InstantSource.system());
        }

        @Bean
        KeyAdministration keyAdministration(
                KeyTable table,
                KeyRing ring,
                PlatformTransactionManager transactions,
                Audit audit,
                AccessProperties properties) {
            return new KeyAdministration(
                    table,
                    ring,
                    new TransactionTemplate(transactions),
                    audit,
                    properties.maxKeys(),
                    InstantSource.system());
        }
    }

    /// Without one.
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnBooleanProperty(name = "quirkwatch.verdict-log.enabled", havingValue = false)
    static class Unstored {

        @Bean
        Audit loggedAudit() {
            return new LoggedAudit();
        }

        @Bean
        Sessions memorySessions(AccessProperties properties) {
            return new MemorySessions(properties.maxSessions(), InstantSource.system());
        }
    }
}
