package org.quirkwatch.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.ConnectException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The service that is driven: where it listens and, when it is known, its process, which is read
/// through Linux's `/proc`.
///
/// @param port on this machine
/// @param pid of its process
record Service(int port, OptionalLong pid) {

    // What the kernel counts in for user space on every architecture that Java runs on.
    private static final long NANOS_PER_TICK = 10_000_000;
    private static final Pattern PENDING =
            Pattern.compile("(?m)^quirkwatch_pending_signals(?:\\{[^}]*})? ([0-9.eE+-]+)");
    private static final Pattern SHARED =
            Pattern.compile("(?m)^quirkwatch_shared_total(?:\\{[^}]*})? ([0-9.eE+-]+)");
    private static final Pattern DEVICE = Pattern.compile("\"device\"\\s*:\\s*\"([^\"]+)\"");

    /// Memory in MiB.
    ///
    /// @param resident now
    /// @param peak the most since the process began
    record Memory(long resident, long peak) {

        @Override
        public String toString() {
            return "%d MiB (most so far %d)".formatted(resident, peak);
        }
    }

    Usage usage() {
        long generator =
                ManagementFactory.getOperatingSystemMXBean()
                                instanceof com.sun.management.OperatingSystemMXBean system
                        ? system.getProcessCpuTime()
                        : 0;
        return new Usage(System.nanoTime(), generator, serviceNanos());
    }

    private double serviceNanos() {
        if (pid.isEmpty()) {
            return Double.NaN;
        }
        String stat;
        try {
            stat = proc("stat");
        } catch (IOException e) {
            // It has ended; the requests that it left say so.
            return Double.NaN;
        }
        // Behind the name, which is in parentheses and may hold anything: state is the first field.
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * (double) NANOS_PER_TICK;
    }

    Memory memory() throws IOException {
        String status = proc("status");
        return new Memory(mebibytes(status, "VmRSS"), mebibytes(status, "VmHWM"));
    }

    private static long mebibytes(String status, String field) {
        Matcher matcher = Pattern.compile("(?m)^" + field + ":\\s+(\\d+) kB").matcher(status);
        return matcher.find() ? Long.parseLong(matcher.group(1)) / 1024 : -1;
    }

    private String proc(String file) throws IOException {
        return Files.readString(Path.of("/proc", Long.toString(pid.orElseThrow()), file));
    }

    /// What `quirkwatch_pending_signals` says.
    double pendingSignals() throws IOException {
        Matcher matcher = PENDING.matcher(get("/actuator/prometheus"));
        if (!matcher.find()) {
            throw new IOException("no quirkwatch_pending_signals at /actuator/prometheus");
        }
        return Double.parseDouble(matcher.group(1));
    }

    /// What `quirkwatch_shared_total` says: signals that got the measurement of an equal one.
    double sharedSignals() throws IOException {
        Matcher matcher = SHARED.matcher(get("/actuator/prometheus"));
        return matcher.find() ? Double.parseDouble(matcher.group(1)) : 0;
    }

    /// Whether connections are taken.
    boolean isListening() {
        try {
            Connection.open(port).close();
            return true;
        } catch (ConnectException e) {
            return false;
        } catch (IOException e) {
            // Too busy to take it, which is not the same as gone.
            return true;
        }
    }

    boolean isReady() {
        try (Connection connection = Connection.open(port)) {
            return connection.get("/actuator/health/readiness").status() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    /// The device of its model, for rows of the log.
    String device() {
        try {
            Matcher matcher = DEVICE.matcher(get("/v1/models"));
            return matcher.find() ? matcher.group(1) : "unknown device";
        } catch (IOException e) {
            return "unknown device";
        }
    }

    private String get(String path) throws IOException {
        try (Connection connection = Connection.open(port)) {
            Answer answer = connection.get(path);
            if (answer.status() != 200) {
                throw new IOException("status %d at %s".formatted(answer.status(), path));
            }
            return new String(answer.body(), StandardCharsets.UTF_8);
        }
    }

    /// Descriptions of memory at moments, `not measured` without a process.
    static String memories(List<Memory> moments) {
        return moments.isEmpty()
                ? "not measured without --pid"
                : String.join(", ", moments.stream().map(Memory::toString).toList());
    }
}
