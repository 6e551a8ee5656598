package org.quirkwatch.review;

import io.micrometer.core.instrument.MeterRegistry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.modulith.events.ApplicationModuleListener;

/// Says what came into the queue, to metrics and to the log of the service.
class OpenedReviews {

    private static final Logger LOG = LoggerFactory.getLogger(OpenedReviews.class);

    private final MeterRegistry meters;

    OpenedReviews(MeterRegistry meters) {
        this.meters = meters;
    }

    @ApplicationModuleListener
    void on(ReviewsOpened opened) {
        int discarded = opened.discarded();
        count("discard", discarded);
        count("review", opened.reviews().size() - discarded);
        LOG.debug("to be reviewed: {}", opened.reviews());
    }

    private void count(String disposition, int reviews) {
        meters.counter("quirkwatch.review.opened", "disposition", disposition)
                .increment((double) reviews);
    }
}
