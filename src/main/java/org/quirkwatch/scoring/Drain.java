package org.quirkwatch.scoring;

import java.time.Duration;
import org.quirkwatch.lane.Lanes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.SmartLifecycle;

/// How the service stops: it is no longer ready, takes no signal in, and answers what it took in;
/// only then is the server closed. What the model could not get to within the limit is answered
/// too, as not scored.
final class Drain implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(Drain.class);
    private static final Duration STEP = Duration.ofMillis(10);
    private static final Duration DOOR = Duration.ofMillis(400);

    private final Lanes lanes;
    private final RequestGate gate;
    private final ApplicationEventPublisher events;
    private final Duration atLeast;
    private final Duration atMost;
    private volatile boolean running;

    /// @param atLeast the time in which callers are told that the service stops, so that they and
    ///   what balances them go elsewhere
    /// @param atMost the time for what was taken in
    Drain(
            Lanes lanes,
            RequestGate gate,
            ApplicationEventPublisher events,
            Duration atLeast,
            Duration atMost) {
        this.lanes = lanes;
        this.gate = gate;
        this.events = events;
        this.atLeast = atLeast;
        this.atMost = atMost;
    }

    /// The first to stop, before the server.
    @Override
    public int getPhase() {
        return Integer.MAX_VALUE;
    }

    /// What refuses signals takes none in again: only the end of the service stops it.
    @Override
    public boolean isPauseable() {
        return false;
    }

    @Override
    public void start() {
        running = true;
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public void stop() {
        lanes.refuse();
        AvailabilityChangeEvent.publish(events, this, ReadinessState.REFUSING_TRAFFIC);
        int accepted = lanes.pending();
        LOG.info("stopping: {} signals were taken in and are answered first", accepted);
        waitUntilAnswered(atLeast, atMost);
        if (gate.inside() > 0) {
            LOG.warn("{} signals were not measured within {}", lanes.pending(), atMost);
            lanes.abandon();
            waitUntilAnswered(Duration.ZERO, Duration.ofSeconds(1));
        }
        letTheDoorClose();
        running = false;
    }

    /// A caller who comes again at once after every refusal has a request on its way at any moment,
    /// which the operating system would throw away when the server closes its door. So refusals are
    /// held until then: meanwhile such a caller waits.
    private void letTheDoorClose() {
        gate.hold();
        sleep(DOOR);
        Thread.ofVirtual()
                .name("drain-end")
                .start(() -> {
                    sleep(DOOR);
                    gate.release();
                });
    }

    private static void sleep(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void stop(Runnable callback) {
        // The server's own stopping begins when this calls back.
        Thread.ofVirtual()
                .name("drain")
                .start(() -> {
                    try {
                        stop();
                    } finally {
                        callback.run();
                    }
                });
    }

    private void waitUntilAnswered(Duration least, Duration most) {
        long begin = System.nanoTime();
        try {
            while (System.nanoTime() - begin < least.toNanos()
                    || (gate.inside() > 0 && System.nanoTime() - begin < most.toNanos())) {
                Thread.sleep(STEP);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
