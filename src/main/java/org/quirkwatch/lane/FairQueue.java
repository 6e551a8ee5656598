package org.quirkwatch.lane;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// What waits for the lanes: one line per caller, served in turn, a signal each. So a caller with
/// one signal waits for as many signals as there are other callers, however many each of them has.
/// Its bound is that of the [Places] that its signals hold. Thread-safe.
///
/// Signals that nobody waits for come after all others, a few in a pass, so that whoever comes next
/// waits for a short pass; yet one in each pass, so that they come to an end on a busy service.
/// When for a while nobody came who waits, they have whole passes.
final class FairQueue {

    private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    // The callers with something in their lines, next first.
    private final ArrayDeque<Caller> turns = new ArrayDeque<>();
    // Likewise of those who do not wait.
    private final ArrayDeque<Caller> background = new ArrayDeque<>();
    private long cameNanos = System.nanoTime() - QUIET_NANOS;
    private boolean closed;

    /// What comes next for a lane; nothing of either when the queue is closed and empty.
    ///
    /// @param signals to be measured
    /// @param errand to be done instead
    record Next(List<Pending> signals, Optional<Errand> errand) {}

    /// Puts signals at the end of their caller's line.
    ///
    /// @return false when the queue is closed
    boolean add(Caller caller, Collection<Pending> signals) {
        lock.lock();
        try {
            if (closed) {
                return false;
            }
            if (!caller.isBackground()) {
                cameNanos = System.nanoTime();
            }
            if (caller.line.isEmpty() && !signals.isEmpty()) {
                turnsOf(caller).addLast(caller);
            }
            caller.line.addAll(signals);
            changed.signal();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /// Puts an errand behind those of its lane.
    ///
    /// @param errands the lane's, guarded by this queue's lock
    /// @param most that may wait
    /// @return false when as many wait, or the queue is closed
    boolean add(ArrayDeque<Errand> errands, Errand errand, int most) {
        lock.lock();
        try {
            if (closed || errands.size() >= most) {
                return false;
            }
            errands.addLast(errand);
            changed.signalAll();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /// Takes what comes next, as soon as there is anything: signals that callers wait for before
    /// errands, except one that has given way for long, and errands before the others.
    ///
    /// @param errands the lane's
    /// @param most signals, 1 or more
    /// @param mostBackground of those that nobody waits for, while others come; 1 or more
    Next take(ArrayDeque<Errand> errands, int most, int mostBackground) {
        lock.lock();
        try {
            while (turns.isEmpty() && background.isEmpty() && errands.isEmpty() && !closed) {
                // Not interruptible: closing is what ends a lane.
                changed.awaitUninterruptibly();
            }
            if (!errands.isEmpty()
                    && (turns.isEmpty() || Objects.requireNonNull(errands.peekFirst()).isDue())) {
                return new Next(List.of(), Optional.of(errands.removeFirst()));
            }
            List<Pending> taken = new ArrayList<>();
            take(turns, background.isEmpty() ? most : Math.max(1, most - 1), taken);
            boolean quiet = System.nanoTime() - cameNanos > QUIET_NANOS;
            int room = most - taken.size();
            take(background, taken.size() + (quiet ? room : Math.min(room, mostBackground)), taken);
            if (!turns.isEmpty() || !background.isEmpty()) {
                // For the lane of another device.
                changed.signal();
            }
            return new Next(taken, Optional.empty());
        } finally {
            lock.unlock();
        }
    }

    private static void take(ArrayDeque<Caller> turns, int until, List<Pending> taken) {
        while (taken.size() < until && !turns.isEmpty()) {
            Caller caller = turns.removeFirst();
            taken.add(caller.line.removeFirst());
            if (!caller.line.isEmpty()) {
                turns.addLast(caller);
            }
        }
    }

    private ArrayDeque<Caller> turnsOf(Caller caller) {
        return caller.isBackground() ? background : turns;
    }

    /// Takes away what waits of a caller.
    List<Pending> remove(Caller caller) {
        lock.lock();
        try {
            if (caller.line.isEmpty()) {
                return List.of();
            }
            turnsOf(caller).remove(caller);
            List<Pending> removed = List.copyOf(caller.line);
            caller.line.clear();
            return removed;
        } finally {
            lock.unlock();
        }
    }

    /// Takes away all that waits.
    List<Pending> removeAll() {
        lock.lock();
        try {
            List<Pending> removed = new ArrayList<>();
            for (ArrayDeque<Caller> callers : List.of(turns, background)) {
                for (Caller caller : callers) {
                    removed.addAll(caller.line);
                    caller.line.clear();
                }
                callers.clear();
            }
            return removed;
        } finally {
            lock.unlock();
        }
    }

    /// Takes nothing more in; what waits can still be taken out.
    void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
