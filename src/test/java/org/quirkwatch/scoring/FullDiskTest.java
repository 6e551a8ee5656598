package org.quirkwatch.scoring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.springframework.util.FileSystemUtils;

/// The embedded database on a disk that runs full under load, really: on a small file system that
/// `src/test/sh/full-disk.sh` mounts. What was acknowledged is asked for again under the same id
/// after each restart and must be given again byte for byte.
@Timeout(300)
@EnabledIfSystemProperty(named = "quirkwatch.small-disk", matches = ".+")
class FullDiskTest {

    private static final int CALLERS = 8;
    private static final int MEGABYTE = 1 << 20;

    private final Path disk = Path.of(System.getProperty("quirkwatch.small-disk", ""));
    private final Path data = disk.resolve("data");
    private final Path filler = disk.resolve("filler");
    private final Map<String, String> acknowledged = new ConcurrentHashMap<>();
    private final Map<String, AtomicInteger> refused = new ConcurrentHashMap<>();
    private final AtomicInteger signals = new AtomicInteger();

    @BeforeEach
    @AfterEach
    void clear() throws IOException {
        FileSystemUtils.deleteRecursively(data);
        Files.deleteIfExists(filler);
    }

    @Test
    void withTheRoomThatItLeavesItRefusesAndGoesOnWhenThereIsRoomAgain() throws Exception {
        ServiceProcess service = start("12MB");
        Caller caller = new Caller(service.port());
        AtomicBoolean going = new AtomicBoolean(true);
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            load(callers, service.port(), going);
            fill(20 * MEGABYTE);
            Awaitility.await()
                    .atMost(Duration.ofSeconds(100))
                    .until(() -> refusals("log-unavailable") > 100);
            assertThat(caller.get("/actuator/health").status()).isEqualTo(503);
            assertThat(caller.get("/actuator/health/liveness").status()).isEqualTo(200);
            int before = acknowledged.size();
            Files.delete(filler);
            Awaitility.await()
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> acknowledged.size() > before + 50);
            assertThat(caller.get("/actuator/health").status()).isEqualTo(200);
            going.set(false);
        }
        report("room is left", service);
        assertThat(refused.keySet()).containsExactly("log-unavailable");
        assertThat(service.output())
                .contains("MB free, and 12.0 MB are the least: make room")
                .contains("the verdict log is there again")
                .doesNotContain("\tat ");
        assertAllThere(service.port());
        service.stop();
        assertThat(service.exitCode()).isEqualTo(143);
    }

    @Test
    void withoutItTheServiceStopsAndSaysWhyAndNothingAcknowledgedIsLost() throws Exception {
        ServiceProcess service = start("0MB");
        AtomicBoolean going = new AtomicBoolean(true);
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            load(callers, service.port(), going);
            Awaitility.await().until(() -> acknowledged.size() > 20);
            fill(2 * MEGABYTE);
            assertThat(service.exitCode()).isEqualTo(1);
            going.set(false);
        }
        report("the disk ran full", service);
        assertThat(refused.keySet())
                .isSubsetOf("log-unavailable", "shutting-down", "overloaded", "gone");
        assertThat(service.output())
                .contains("cannot be written")
                .contains("Make room, then start the service again");

        // Started while the disk is still full, it stops again and says so, or refuses.
        fill(0);
        ServiceProcess full = start("12MB");
        try {
            assertThat(new Caller(full.port()).post("/v1/signals", body("while-full")).status())
                    .isEqualTo(503);
            full.stop();
        } catch (java.util.concurrent.CompletionException ended) {
            assertThat(full.output()).contains("make room").doesNotContain("\tat ");
        }
        int code = full.exitCode();
        assertThat(code).isIn(1, 143);
        System.out.printf("started on the full disk: exit code %d%n", code);

        Files.delete(filler);
        ServiceProcess again = start("1MB");
        assertAllThere(again.port());
        again.stop();
        assertThat(again.exitCode()).isEqualTo(143);
    }

    private ServiceProcess start(String least) throws IOException {
        return ServiceProcess.start(
                "--quirkwatch.verdict-log.enabled=true",
                "--quirkwatch.verdict-log.prompts=all",
                "--quirkwatch.verdict-log.min-free-size=" + least,
                "--quirkwatch.data=" + data,
                "--quirkwatch.model=" + TinyDetector.MODEL,
                "--quirkwatch.detector=" + TinyDetector.directory(),
                "--quirkwatch.device=cpu");
    }

    private void load(ExecutorService callers, int port, AtomicBoolean going) {
        for (int i = 0; i < CALLERS; i++) {
            Caller caller = new Caller(port);
            callers.execute(() -> {
                while (going.get()) {
                    ask(caller);
                }
            });
        }
    }

    private void ask(Caller caller) {
        String id = "s" + signals.incrementAndGet();
        try {
            Caller.Answer answer = caller.post("/v1/signals", body(id));
            if (answer.status() == 200) {
                acknowledged.put(id, answer.body());
            } else {
                String type = answer.json().get("type").asString();
                count(type.substring(type.lastIndexOf('/') + 1));
                assertThat(answer.status()).as(answer.body()).isEqualTo(503);
            }
        } catch (UncheckedIOException e) {
            count("gone");
        }
    }

    private void count(String reason) {
        refused.computeIfAbsent(reason, ignored -> new AtomicInteger()).incrementAndGet();
    }

    private int refusals(String reason) {
        AtomicInteger count = refused.get(reason);
        return count == null ? 0 : count.get();
    }

    /// A signal whose row takes some kilobytes.
    private static String body(String id) {
        return Caller.JSON.writeValueAsString(
                Map.of(
                        "id",
                        id,
                        "prompt",
                        "1 + 2 = 3",
                        "label",
                        " Yes",
                        "metadata",
                        Map.of("filler", (id + " ").repeat(600))));
    }

    /// Leaves so many bytes free.
    private void fill(long free) throws IOException {
        FileStore store = Files.getFileStore(disk);
        byte[] page = new byte[64 << 10];
        try (var out =
                Files.newOutputStream(
                        filler,
                        java.nio.file.StandardOpenOption.CREATE,
                        java.nio.file.StandardOpenOption.APPEND)) {
            while (store.getUsableSpace() >= free + page.length) {
                out.write(page);
            }
        }
    }

    private void assertAllThere(int port) {
        Caller caller = new Caller(port);
        assertThat(acknowledged).isNotEmpty();
        int lost = 0;
        for (Map.Entry<String, String> one : acknowledged.entrySet()) {
            Caller.Answer again = caller.post("/v1/signals", body(one.getKey()));
            lost += again.body().equals(one.getValue()) ? 0 : 1;
        }
        System.out.printf("acknowledged %d, lost or changed %d%n", acknowledged.size(), lost);
        assertThat(lost).isZero();
    }

    private void report(String what, ServiceProcess service) {
        System.out.printf(
                "%s: acknowledged %d, not answered by a verdict %s%n",
                what, acknowledged.size(), new TreeMap<>(refused));
        service.output()
                .lines()
                .filter(line -> line.contains("verdict log"))
                .map(line -> line.replaceFirst(" \\(/[^)]*\\)", ""))
                .distinct()
                .limit(6)
                .forEach(System.out::println);
    }
}
