package org.quirkwatch.verdictlog;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.scheduling.annotation.Scheduled;

/// Deletes what is older than it may be, in short steps that leave room for those who write.
final class Retention {

    private static final Logger LOG = LoggerFactory.getLogger(Retention.class);
    private static final int STEP = 500;

    private final VerdictTable table;
    private final Duration age;
    private final InstantSource clock;

    Retention(VerdictTable table, Duration age, InstantSource clock) {
        this.table = table;
        this.age = age;
        this.clock = clock;
    }

    @Scheduled(initialDelay = 1, fixedDelay = 10, timeUnit = TimeUnit.MINUTES)
    void delete() {
        Instant moment = clock.instant().minus(age);
        try {
            long all = 0;
            int deleted = STEP;
            while (deleted == STEP) {
                deleted = table.deleteBefore(moment, STEP);
                all += deleted;
            }
            if (all > 0) {
                LOG.info("{} verdicts from before {} were deleted", all, moment);
            }
        } catch (RuntimeException e) {
            LOG.warn("old verdicts could not be deleted: {}", Failures.rootMessage(e));
        }
    }
}
