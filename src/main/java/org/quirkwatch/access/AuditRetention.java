package org.quirkwatch.access;

import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import org.quirkwatch.problem.Problem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.scheduling.annotation.Scheduled;

/// Deletes what is older than the audit is kept. Every replica does, which harms nothing.
final class AuditRetention {

    private static final Logger LOG = LoggerFactory.getLogger(AuditRetention.class);

    private final AuditTable audit;
    private final Duration age;
    private final InstantSource clock;

    AuditRetention(AuditTable audit, Duration age, InstantSource clock) {
        this.audit = audit;
        this.age = age;
        this.clock = clock;
    }

    @Scheduled(initialDelay = 10, fixedDelay = 60, timeUnit = TimeUnit.MINUTES)
    void deleteOld() {
        try {
            int deleted = 0;
            int some;
            do {
                some = audit.deleteBefore(clock.instant().minus(age));
                deleted += some;
            } while (some > 0);
            if (deleted > 0) {
                LOG.info("{} acts of the audit were older than {} and are deleted", deleted, age);
            }
        } catch (Problem e) {
            LOG.warn("the audit could not be shortened, and will be later: {}", e.detail());
        }
    }
}
