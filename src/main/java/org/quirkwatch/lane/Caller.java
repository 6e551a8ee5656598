package org.quirkwatch.lane;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.quirkwatch.model.TokenizedSignal;

/// One request's way to the lanes: a single signal, a batch or a stream, or work that nobody waits
/// for. To be closed, whether or not all of it was measured: what still waits then is not computed,
/// its outcomes are cancelled. Thread-safe.
public final class Caller implements AutoCloseable {

    private final Lanes lanes;
    // Places that were taken and that no signal holds yet.
    private final AtomicInteger free;
    // Whether it is among those who are waited for when a newcomer's delay is foreseen.
    private final AtomicBoolean waiting;
    private final AtomicBoolean gone = new AtomicBoolean();
    private final boolean background;

    /// What waits of it; guarded by the queue's lock.
    final ArrayDeque<Pending> line = new ArrayDeque<>();

    Caller(Lanes lanes, int places, boolean waiting, boolean background) {
        this.lanes = lanes;
        this.free = new AtomicInteger(places);
        this.waiting = new AtomicBoolean(waiting);
        this.background = background;
    }

    /// A signal to be measured.
    ///
    /// @param outcome completed when it was; cancelled by [Caller#close] before that
    public record Order(TokenizedSignal signal, CompletableFuture<Outcome> outcome) {}

    /// Puts signals behind those that this caller has waiting, on places that it has.
    ///
    /// @param deadlineNanos of [System#nanoTime]; a signal that has not begun to run by then has
    ///   failed with `deadline-exceeded`; with `shutting-down` where the lanes were closed
    public void submit(Collection<Order> orders, long deadlineNanos) {
        int places = orders.size();
        if (free.addAndGet(-places) < 0) {
            free.addAndGet(places);
            throw new IllegalStateException("a caller submits what it has places for");
        }
        long now = System.nanoTime();
        List<Pending> pending =
                orders.stream()
                        .map(o -> new Pending(this, o.signal(), now, deadlineNanos, o.outcome()))
                        .toList();
        lanes.enqueue(this, pending);
        if (isGone()) {
            // It was closed meanwhile, perhaps before these were in the queue.
            lanes.forget(this);
        }
    }

    /// Waits for a place for one more signal: what a stream does instead of being refused.
    ///
    /// @return whether there was one before this was closed
    public boolean awaitPlace() throws InterruptedException {
        boolean taken = lanes.awaitPlace(this::isGone);
        return taken && taken();
    }

    /// Waits for a place for one more signal, for a bounded time.
    ///
    /// @return whether there was one
    public boolean awaitPlace(Duration most) throws InterruptedException {
        boolean taken = lanes.awaitPlace(most);
        return taken && taken();
    }

    /// Whether the place is still wanted; else it is given back.
    private boolean taken() {
        free.incrementAndGet();
        boolean wanted = !isGone();
        if (!wanted) {
            lanes.give(free.getAndSet(0));
        }
        return wanted;
    }

    /// Whether nobody waits for it.
    boolean isBackground() {
        return background;
    }

    boolean isGone() {
        return gone.get();
    }

    /// Called when its first signal leaves the line.
    void served() {
        if (waiting.compareAndSet(true, false)) {
            lanes.served();
        }
    }

    @Override
    public void close() {
        if (gone.compareAndSet(false, true)) {
            lanes.forget(this);
            lanes.give(free.getAndSet(0));
            served();
        }
    }
}
