package org.quirkwatch.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openqa.selenium.Keys;
import tools.jackson.databind.JsonNode;

/// The page's jobs with jobs of every state: a real browser, the real service, the bundled model.
@EnabledIf(
        value = "org.quirkwatch.console.Browser#available",
        disabledReason = "no Chromium with its driver")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(600)
class JobsPanelTest {

    private static final Path PICTURES = Path.of("target", "pictures");
    // Outlasts the test, behind every caller.
    private static final int LONG = 60_000;

    private ConsoleService service;
    private String completed = "";
    private String failed = "";
    private String cancelled = "";
    private String fitted = "";

    @BeforeAll
    void start() {
        service = new ConsoleService("quirkwatch.job.poll=50ms");
        completed = submit("/v1/jobs", lines(300) + "\nno signal");
        awaitState(completed, "completed");
        failed = submit("/v1/detectors?id=broken", lines(2) + "\nno signal");
        awaitState(failed, "failed");
        fitted = submit("/v1/detectors?id=by-job&feature=activation&rule=diagonal", lines(600));
        awaitState(fitted, "completed");
        cancelled = submit("/v1/jobs", lines(LONG));
        awaitDone(cancelled);
        service.delete("/v1/jobs/" + cancelled);
        awaitState(cancelled, "cancelled");
    }

    @AfterAll
    void stop() {
        service.close();
    }

    @ParameterizedTest
    @CsvSource({"1280, 800, light", "1280, 800, dark", "390, 844, light", "390, 844, dark"})
    void everyStateIsLegibleForAllAndFits(int width, int height, String scheme) {
        String running = submit("/v1/jobs", lines(LONG));
        awaitDone(running);
        try (Browser browser = open(width, height, scheme)) {
            browser.await(card(running), "running");
            browser.await(card(running), "a second");
            browser.find(card(running) + " progress[aria-label*='% done']");
            browser.await(card(completed), "completed");
            browser.await(card(completed), "301 of 301");
            browser.await(card(completed), "1; first in line 301");
            browser.await(card(failed), "failed");
            browser.await(card(failed) + " .alarm", "line 3");
            browser.await(card(fitted), "fit");
            browser.await(card(fitted), "600 of 600");
            browser.await(card(fitted), "by-job");
            browser.await(card(cancelled), "cancelled");
            assertThat(browser.overflow()).isZero();
            browser.assertAccessible();
            browser.picture(PICTURES.resolve("jobs-full-%s-%d.png".formatted(scheme, width)));
            browser.assertNoComplaints();
        } finally {
            service.delete("/v1/jobs/" + running);
            awaitState(running, "cancelled");
        }
    }

    @Test
    void aJobIsFollowedToItsEndByItself() {
        String running = submit("/v1/jobs", lines(LONG));
        awaitDone(running);
        try (Browser browser = open(1280, 800, "light")) {
            browser.await(card(running), "running");
            service.delete("/v1/jobs/" + running);
            browser.await(card(running), "cancelled");
            browser.await(card(running), "ended");
        }
    }

    private Browser open(int width, int height, String scheme) {
        Browser browser = Browser.open(width, height, scheme);
        browser.go(service.url("/console/"));
        browser.write("#sign-in", "Ada");
        browser.press(Keys.ENTER);
        browser.find(".tabs");
        browser.view("#/jobs");
        return browser;
    }

    private static String card(String job) {
        return ".card[data-id='%s']".formatted(job);
    }

    private String submit(String path, String lines) {
        JsonNode job = service.upload(path, lines);
        assertThat(job.has("id")).as(job.toString()).isTrue();
        return job.get("id").asString();
    }

    private void awaitState(String job, String state) {
        Awaitility.await()
                .atMost(Duration.ofMinutes(2))
                .until(() -> service.get("/v1/jobs/" + job).has("ended_at"));
        assertThat(service.get("/v1/jobs/" + job).get("state").asString()).isEqualTo(state);
    }

    private void awaitDone(String job) {
        Awaitility.await()
                .atMost(Duration.ofMinutes(1))
                .until(() -> service.get("/v1/jobs/" + job).get("done").asLong() > 0);
    }

    private static String lines(int count) {
        return IntStream.range(0, count)
                .mapToObj(i ->
                        ConsoleService.JSON.writeValueAsString(
                                Map.of(
                                        "prompt",
                                        "Name: Alice\n\n***STATEMENT:*** %d + %d = %d.\n\nIs the statement factually correct?"
                                                .formatted(i % 997, i % 89, i % 997 + i % 89),
                                        "label",
                                        " Yes")))
                .collect(Collectors.joining("\n"));
    }
}
