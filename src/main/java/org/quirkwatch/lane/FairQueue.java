package org.quirkwatch.lane;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// What waits for the lanes: one line per caller, served in turn, a signal each. So a caller with
/// one signal waits for as many signals as there are other callers, however many each of them has.
/// Its bound is that of the [Places] that its signals hold. Thread-safe.
final class FairQueue {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    // The callers with something in their lines, next first.
    private final ArrayDeque<Caller> turns = new ArrayDeque<>();
    private boolean closed;

    /// Puts signals at the end of their caller's line.
    ///
    /// @return false when the queue is closed
    boolean add(Caller caller, Collection<Pending> signals) {
        lock.lock();
        try {
            if (closed) {
                return false;
            }
            if (caller.line.isEmpty() && !signals.isEmpty()) {
                turns.addLast(caller);
            }
            caller.line.addAll(signals);
            changed.signal();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /// Takes what comes next, as soon as there is anything.
    ///
    /// @param most 1 or more
    /// @return nothing when the queue is closed and empty
    List<Pending> take(int most) {
        lock.lock();
        try {
            while (turns.isEmpty() && !closed) {
                // Not interruptible: closing is what ends a lane.
                changed.awaitUninterruptibly();
            }
            List<Pending> taken = new ArrayList<>();
            while (taken.size() < most && !turns.isEmpty()) {
                Caller caller = turns.removeFirst();
                taken.add(caller.line.removeFirst());
                if (!caller.line.isEmpty()) {
                    turns.addLast(caller);
                }
            }
            if (!turns.isEmpty()) {
                // For the lane of another device.
                changed.signal();
            }
            return taken;
        } finally {
            lock.unlock();
        }
    }

    /// Takes away what waits of a caller.
    List<Pending> remove(Caller caller) {
        lock.lock();
        try {
            if (caller.line.isEmpty()) {
                return List.of();
            }
            turns.remove(caller);
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
            for (Caller caller : turns) {
                removed.addAll(caller.line);
                caller.line.clear();
            }
            turns.clear();
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
