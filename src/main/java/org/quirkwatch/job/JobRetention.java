package org.quirkwatch.job;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.scheduling.annotation.Scheduled;

/// Deletes jobs that are over and older than they may be, and inputs that never arrived whole.
final class JobRetention {

    private static final Logger LOG = LoggerFactory.getLogger(JobRetention.class);
    private static final int STEP = 50;

    private final Jobs jobs;
    private final JobTable table;
    private final Duration age;
    private final Duration arrival;
    private final InstantSource clock;

    /// @param age from the end of a job
    /// @param arrival that an input may take, twice of which is given
    JobRetention(Jobs jobs, JobTable table, Duration age, Duration arrival, InstantSource clock) {
        this.jobs = jobs;
        this.table = table;
        this.age = age;
        this.arrival = arrival;
        this.clock = clock;
    }

    @Scheduled(initialDelay = 1, fixedDelay = 10, timeUnit = TimeUnit.MINUTES)
    void delete() {
        Instant now = clock.instant();
        try {
            List<UUID> old;
            int all = 0;
            do {
                old = table.endedBefore(now.minus(age), now.minus(arrival.multipliedBy(2)), STEP);
                for (UUID job : old) {
                    all += jobs.remove(job) ? 1 : 0;
                }
            } while (old.size() == STEP);
            if (all > 0) {
                LOG.info("{} jobs were deleted", all);
            }
        } catch (RuntimeException e) {
            LOG.warn("old jobs could not be deleted", e);
        }
    }
}
