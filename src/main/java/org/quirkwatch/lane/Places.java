package org.quirkwatch.lane;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/// The places of signals that wait and run: the bound of the service's memory. Callers who can wait
/// for a place (streams) leave half of them to those who cannot. Thread-safe.
final class Places {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition given = lock.newCondition();
    private final int limit;
    private int held;

    Places(int limit) {
        this.limit = limit;
    }

    int held() {
        lock.lock();
        try {
            return held;
        } finally {
            lock.unlock();
        }
    }

    /// Takes places where they are free.
    boolean tryTake(int count) {
        lock.lock();
        try {
            if (held + (long) count > limit) {
                return false;
            }
            held += count;
            return true;
        } finally {
            lock.unlock();
        }
    }

    /// Waits for a place, and for half of all to be free. (All of them where there is but one.)
    ///
    /// @param gone whether nobody wants it any more; looked at whenever places are given
    /// @return whether there was one before that
    boolean take(BooleanSupplier gone) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (held > 0 && held >= limit / 2) {
                if (gone.getAsBoolean()) {
                    return false;
                }
                given.await();
            }
            held++;
            return true;
        } finally {
            lock.unlock();
        }
    }

    /// As [#take], for a bounded time.
    ///
    /// @return whether there was a place in time
    boolean tryTake(Duration most) throws InterruptedException {
        long left = most.toNanos();
        lock.lockInterruptibly();
        try {
            while (held > 0 && held >= limit / 2) {
                if (left <= 0) {
                    return false;
                }
                left = given.awaitNanos(left);
            }
            held++;
            return true;
        } finally {
            lock.unlock();
        }
    }

    void give(int count) {
        lock.lock();
        try {
            held -= count;
            given.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
