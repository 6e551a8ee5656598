package org.quirkwatch.bench;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;

/// Bodies that no service should take, sent over and over by some callers.
final class Bodies implements HostileCommand.Attack {

    private static final int LARGE_CALLERS = 20;
    private static final long LARGE_BYTES = 100L << 20;
    private static final int DEEP_CALLERS = 4;
    private static final int DEEP_LEVELS = 100_000;
    private static final long PAUSE_NANOS = 250_000_000;
    private static final int BLOCK_BYTES = 1 << 16;

    private final int port;
    private final int callers;
    private final byte[] start;
    private final byte[] block;
    private final long bytes;
    private final Map<String, Integer> got = new TreeMap<>();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean ended;

    /// @param start of the body
    /// @param block what follows, again and again
    /// @param bytes of the whole body
    private Bodies(int port, int callers, byte[] start, byte[] block, long bytes) {
        this.port = port;
        this.callers = callers;
        this.start = start;
        this.block = block;
        this.bytes = bytes;
    }

    /// Prompts of 100 MB. Every second caller does not say the length beforehand; half of either
    /// kind go on sending when they have their answer already.
    static Bodies large(int port) {
        byte[] start = ResponseReader.ascii("{\"label\":\" Yes\",\"prompt\":\"");
        byte[] block = ResponseReader.ascii("a".repeat(BLOCK_BYTES));
        return new Bodies(port, LARGE_CALLERS, start, block, LARGE_BYTES);
    }

    /// Arrays within arrays.
    static Bodies deep(int port) {
        byte[] start = ResponseReader.ascii("{\"label\":\" Yes\",\"prompt\":");
        byte[] block = ResponseReader.ascii("[".repeat(DEEP_LEVELS));
        return new Bodies(port, DEEP_CALLERS, start, block, start.length + (long) DEEP_LEVELS);
    }

    @Override
    public void begin() {
        for (int i = 0; i < callers; i++) {
            boolean chunked = i % 2 == 1;
            boolean stubborn = i / 2 % 2 == 1;
            threads.add(
                    Thread.ofPlatform()
                            .daemon()
                            .start(() -> {
                                while (!ended) {
                                    note(send(chunked, stubborn));
                                    LockSupport.parkNanos(PAUSE_NANOS);
                                }
                            }));
        }
    }

    private String send(boolean chunked, boolean stubborn) {
        try (Connection connection = Connection.open(port)) {
            String fault = "";
            try {
                write(connection, chunked, stubborn);
            } catch (IOException e) {
                // It may have been answered before it was read to its end.
                fault = e.getMessage();
            }
            if (ended) {
                return "broken off at the end";
            }
            return connection.reader().begins()
                    ? "status " + connection.reader().answer().status()
                    : "no answer " + fault;
        } catch (IOException e) {
            return e.getClass().getSimpleName() + " " + e.getMessage();
        }
    }

    private void write(Connection connection, boolean chunked, boolean stubborn)
            throws IOException {
        OutputStream out = connection.out();
        String framing =
                chunked ? "Transfer-Encoding: chunked" : "Content-Length: %d".formatted(bytes);
        out.write(
                ResponseReader.ascii(
                        "POST /v1/signals HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type:"
                                + " application/json\r\n"
                                + framing
                                + "\r\n\r\n"));
        write(out, chunked, start, start.length);
        long left = bytes - start.length;
        while (left > 0 && !ended && (stubborn || !connection.hasAnswer())) {
            int count = (int) Math.min(left, block.length);
            write(out, chunked, block, count);
            left -= count;
        }
        if (chunked && left == 0) {
            out.write(ResponseReader.ascii("0\r\n\r\n"));
        }
    }

    private static void write(OutputStream out, boolean chunked, byte[] data, int count)
            throws IOException {
        if (chunked) {
            out.write(ResponseReader.ascii(Integer.toHexString(count) + "\r\n"));
        }
        out.write(data, 0, count);
        if (chunked) {
            out.write(ResponseReader.ascii("\r\n"));
        }
    }

    private synchronized void note(String what) {
        got.merge(what, 1, Integer::sum);
    }

    @Override
    public String end() throws InterruptedException {
        ended = true;
        for (Thread thread : threads) {
            thread.join();
        }
        synchronized (this) {
            return got.toString();
        }
    }
}
