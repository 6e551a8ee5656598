package org.quirkwatch.bench;

import java.io.IOException;
import java.net.ConnectException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Sends requests over a fixed number of connections, a thread each.
final class Loop {

    private static final long NANOS_PER_SECOND = 1_000_000_000;
    private static final long PAUSE_NANOS = 10_000_000;
    private static final int STACK_BYTES = 1 << 18;

    private final Service service;
    private final int connections;
    private final boolean kept;

    /// @param kept whether a connection carries many requests, else one each
    Loop(Service service, int connections, boolean kept) {
        this.service = service;
        this.connections = connections;
        this.kept = kept;
    }

    /// What a loop came to.
    ///
    /// @param seconds that were measured
    record Outcome(Tally tally, double seconds, Usage usage) {

        double verdictsPerSecond() {
            return tally.verdicts() / seconds;
        }
    }

    /// Closed: each connection sends its next request when the last one is answered. Requests that
    /// are answered within the warm-up, or after the end, count only where they went wrong.
    Outcome closed(Requests requests, double warmUpSeconds, double seconds)
            throws InterruptedException {
        long begin = System.nanoTime() + Math.round(warmUpSeconds * NANOS_PER_SECOND);
        long end = begin + Math.round(seconds * NANOS_PER_SECOND);
        Workers workers =
                start(tally -> {
                    Tally outside = new Tally();
                    try (Line line = new Line()) {
                        for (long now = System.nanoTime(); now < end; now = System.nanoTime()) {
                            Tally attempt = new Tally();
                            line.send(requests, now, attempt);
                            long done = System.nanoTime();
                            (done >= begin && done <= end ? tally : outside).add(attempt);
                            if (attempt.verdicts() == 0) {
                                LockSupport.parkNanos(PAUSE_NANOS);
                            }
                        }
                    }
                    tally.addWrong(outside);
                });
        sleepUntil(begin);
        Usage before = service.usage();
        sleepUntil(end);
        Usage usage = service.usage().since(before);
        return new Outcome(workers.join(), seconds, usage);
    }

    /// Open: requests are due at a rate, whether those before are answered or not, and a latency
    /// counts from when its request was due. One that no connection was free for in time is not
    /// sent.
    ///
    /// @param perSecond requests, not signals
    /// @param mostLateSeconds how late a request may be sent
    Outcome open(Requests requests, double perSecond, double seconds, double mostLateSeconds)
            throws InterruptedException {
        Schedule schedule = Schedule.of(System.nanoTime() + PAUSE_NANOS, perSecond, seconds);
        long mostLateNanos = Math.round(mostLateSeconds * NANOS_PER_SECOND);
        AtomicLong next = new AtomicLong();
        Usage before = service.usage();
        Workers workers =
                start(tally -> {
                    try (Line line = new Line()) {
                        for (long index = next.getAndIncrement();
                                index < schedule.count();
                                index = next.getAndIncrement()) {
                            long due = schedule.dueNanos(index);
                            sleepUntil(due);
                            if (System.nanoTime() - due > mostLateNanos) {
                                tally.unsent();
                            } else {
                                line.send(requests, due, tally);
                            }
                        }
                    }
                });
        Tally tally = workers.join();
        Usage usage = service.usage().since(before);
        // The last answers come after the schedule's end; verdicts per second are over all of it.
        double took = (System.nanoTime() - schedule.beginNanos()) / (double) NANOS_PER_SECOND;
        return new Outcome(tally, Math.max(took, seconds), usage);
    }

    static void sleepUntil(long nanos) {
        for (long left = nanos - System.nanoTime(); left > 0; left = nanos - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    private Workers start(Consumer<Tally> work) {
        List<Tally> tallies = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < connections; i++) {
            Tally tally = new Tally();
            tallies.add(tally);
            threads.add(
                    Thread.ofPlatform()
                            .daemon()
                            .stackSize(STACK_BYTES)
                            .name("load-" + i)
                            .start(() -> {
                                try {
                                    work.accept(tally);
                                } catch (RuntimeException e) {
                                    tally.failure(e);
                                }
                            }));
        }
        return new Workers(threads, tallies);
    }

    private record Workers(List<Thread> threads, List<Tally> tallies) {

        Tally join() throws InterruptedException {
            Tally sum = new Tally();
            for (int i = 0; i < threads.size(); i++) {
                threads.get(i).join();
                sum.add(tallies.get(i));
            }
            return sum;
        }
    }

    /// A connection that is opened anew when it is gone. Belongs to one thread.
    private final class Line implements AutoCloseable {

        private @Nullable Connection connection;

        void send(Requests requests, long dueNanos, Tally tally) {
            Requests.Request request = requests.next();
            long sending = System.nanoTime();
            try {
                Connection open = connection == null ? Connection.open(service.port()) : connection;
                connection = open;
                Answer answer = open.exchange(request.bytes());
                tally.answer(requests, request, answer, dueNanos, sending);
                if (!kept || answer.head().closes()) {
                    close();
                }
            } catch (ConnectException e) {
                tally.failure(e);
                LockSupport.parkNanos(PAUSE_NANOS);
            } catch (IOException e) {
                tally.failure(e);
                close();
            }
        }

        @Override
        public void close() {
            if (connection != null) {
                try {
                    connection.close();
                } catch (IOException e) {
                    // It is gone, which is what was wanted.
                }
                connection = null;
            }
        }
    }
}
