package org.quirkwatch.lane;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

/// The lanes of one model, one per device, behind one entrance. What waits and runs is counted in
/// signals, in the same way for a single signal, a batch and a stream. Who does not fit is told at
/// once, and when to come again; a stream waits instead, and so slows its sender down.
///
/// A caller is refused when all places are held, or when so many callers wait that its own first
/// signal would begin late (see [LaneLimits]). Thread-safe.
public final class Lanes implements AutoCloseable {

    private static final int MAX_RETRY_SECONDS = 60;
    private static final int MAX_ERRANDS = 64;

    private final LaneLimits limits;
    private final LaneListener listener;
    private final List<Lane> lanes = new ArrayList<>();
    private final FairQueue queue = new FairQueue();
    private final Places places;
    private final Throughput throughput = new Throughput();
    // Callers of whom nothing has run yet; not streams, which may be open without sending.
    private final AtomicInteger waiting = new AtomicInteger();
    private volatile boolean refusing;

    /// Starts a thread for each device.
    ///
    /// @param devices one or more; what they measure is equal
    public Lanes(List<? extends BatchMeasurer> devices, LaneLimits limits, LaneListener listener) {
        if (devices.isEmpty()) {
            throw new IllegalArgumentException("lanes need a device, got none");
        }
        this.limits = limits;
        this.listener = listener;
        this.places = new Places(limits.maxPending());
        for (BatchMeasurer device : devices) {
            lanes.add(new Lane("model-lane-" + lanes.size(), device, limits.bounds(), this));
        }
        lanes.forEach(Lane::start);
    }

    /// Whether signals are taken in and all lanes run.
    public boolean isOpen() {
        return !refusing && lanes.stream().allMatch(Lane::isAlive);
    }

    /// Signals that wait and run.
    public int pending() {
        return places.held();
    }

    /// Takes in a caller who cannot wait.
    ///
    /// @param signals that it will submit, 1 or more
    /// @throws Problem `overloaded` with the time after which there should be room, `shutting-down`
    public Caller admit(int signals) {
        throwIfRefused();
        if (!places.tryTake(signals)) {
            throw overloaded(
                    "%d signals wait for the model, %d more would pass the limit of %d"
                            .formatted(places.held(), signals, limits.maxPending()));
        }
        waiting.incrementAndGet();
        return new Caller(this, signals, true, false);
    }

    /// Takes in a caller who waits for each place.
    ///
    /// @throws Problem as [#admit] does
    public Caller admitStream() {
        throwIfRefused();
        return new Caller(this, 0, false, false);
    }

    /// Takes in work that nobody waits for: it waits for each place as a stream does, and its
    /// signals come after those of all other callers (see [FairQueue]).
    ///
    /// @throws Problem `shutting-down`
    public Caller admitBackground() {
        if (refusing) {
            throw shuttingDown();
        }
        return new Caller(this, 0, false, true);
    }

    /// Why any caller would be refused now, whatever it brings: what can be known before it is
    /// read. `overloaded` with the time after which there should be room, or `shutting-down`.
    public Optional<Problem> refusal() {
        if (refusing) {
            return Optional.of(shuttingDown());
        }
        if (isLate()) {
            return Optional.of(
                    overloaded(
                            "%d callers wait for the model, longer than %d ms"
                                    .formatted(waiting.get(), limits.maxDelay().toMillis())));
        }
        int held = places.held();
        return held >= limits.maxPending()
                ? Optional.of(overloaded("%d signals wait for the model".formatted(held)))
                : Optional.empty();
    }

    /// How many there are, one per device.
    public int size() {
        return lanes.size();
    }

    /// Has other work done by the thread of a lane, the only one that may run its model: when
    /// nothing waits for the lane, or at the latest a quarter of a second after it was given and
    /// the pass that runs then. To be short, for signals wait meanwhile.
    ///
    /// @param lane from 0, in the order of the devices
    /// @return what it gave; fails with what it threw, with `overloaded` where as much waits as
    ///   may, with `shutting-down` when the lanes are closed. Work whose outcome is cancelled
    ///   before it began is not done
    public <T> CompletableFuture<T> between(int lane, Supplier<T> work) {
        CompletableFuture<T> outcome = new CompletableFuture<>();
        Errand errand = Errand.of(work, outcome);
        if (refusing) {
            errand.refuse(shuttingDown());
        } else if (!queue.add(lanes.get(lane).errands, errand, MAX_ERRANDS)) {
            errand.refuse(
                    Problem.retryAfter(
                            ProblemCode.OVERLOADED,
                            "%d other tasks wait for the model, which is the limit"
                                    .formatted(MAX_ERRANDS),
                            Duration.ofSeconds(1)));
        }
        return outcome;
    }

    /// Takes nothing more in; what was taken in is measured.
    public void refuse() {
        refusing = true;
    }

    /// Whether it takes nothing more in.
    public boolean isRefusing() {
        return refusing;
    }

    /// Gives up what waits: it has failed with `shutting-down`. What runs is finished.
    public void abandon() {
        refusing = true;
        queue.close();
        sendAway(queue.removeAll());
    }

    /// Takes nothing more in, measures what waits, and ends the threads.
    @Override
    public void close() {
        refusing = true;
        queue.close();
        lanes.forEach(Lane::join);
    }

    private void throwIfRefused() {
        refusal()
                .ifPresent(problem -> {
                    throw problem;
                });
    }

    private boolean isLate() {
        int callers = waiting.get();
        return callers >= limits.bounds().maxSignals()
                && callers / perSecond() > limits.maxDelay().toNanos() / 1e9;
    }

    private double perSecond() {
        return throughput.perSecond() * lanes.size();
    }

    /// With what the waiting signals take at the present rate, 1 to 60 seconds.
    private Problem overloaded(String detail) {
        double seconds = Math.ceil(places.held() / perSecond());
        return Problem.retryAfter(
                ProblemCode.OVERLOADED,
                detail,
                Duration.ofSeconds((long) Math.clamp(seconds, 1, MAX_RETRY_SECONDS)));
    }

    private static Problem shuttingDown() {
        return Problem.retryAfter(
                ProblemCode.SHUTTING_DOWN,
                "the service is stopping and takes no signal",
                Duration.ofSeconds(1));
    }

    void enqueue(Caller caller, List<Pending> pending) {
        // What was admitted before the lanes began to refuse is still taken.
        if (!queue.add(caller, pending)) {
            sendAway(pending);
        }
    }

    private void sendAway(List<Pending> all) {
        Measurement failed = new Measurement.Failed(shuttingDown());
        for (Pending pending : all) {
            Duration queued = Duration.ofNanos(System.nanoTime() - pending.enqueuedNanos());
            Timing timing = new Timing(queued, Duration.ZERO, Duration.ZERO);
            finish(pending, new Outcome(failed, timing, pending.signal().tokens()));
        }
    }

    FairQueue.Next take(ArrayDeque<Errand> errands, int most) {
        return queue.take(errands, most, limits.maxBackground());
    }

    boolean awaitPlace(BooleanSupplier gone) throws InterruptedException {
        return places.take(gone);
    }

    boolean awaitPlace(Duration most) throws InterruptedException {
        return places.tryTake(most);
    }

    void give(int count) {
        places.give(count);
    }

    void served() {
        waiting.decrementAndGet();
    }

    void forget(Caller caller) {
        queue.remove(caller).forEach(this::cancel);
    }

    void cancel(Pending pending) {
        pending.outcome().cancel(false);
        places.give(1);
    }

    void finish(Pending pending, Outcome outcome) {
        // First the place: whoever is answered may come again at once.
        places.give(1);
        pending.outcome().complete(outcome);
    }

    Throughput throughput() {
        return throughput;
    }

    LaneListener listener() {
        return listener;
    }
}
