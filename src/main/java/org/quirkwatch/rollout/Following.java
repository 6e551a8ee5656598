package org.quirkwatch.rollout;

import org.quirkwatch.problem.Problem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.scheduling.annotation.Scheduled;

/// Looks from time to time what other replicas have chosen.
final class Following {

    private static final Logger LOG = LoggerFactory.getLogger(Following.class);

    private final Rollout rollout;
    private final Shadows shadows;
    private final Recalibration recalibration;

    Following(Rollout rollout, Shadows shadows, Recalibration recalibration) {
        this.rollout = rollout;
        this.shadows = shadows;
        this.recalibration = recalibration;
    }

    @Scheduled(fixedDelayString = "${quirkwatch.rollout.poll:2s}")
    void follow() {
        rollout.follow();
        try {
            shadows.follow();
            recalibration.follow();
        } catch (Problem e) {
            LOG.debug("it cannot be seen what others have chosen", e);
        }
    }
}
