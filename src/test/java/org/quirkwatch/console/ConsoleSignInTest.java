package org.quirkwatch.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.openqa.selenium.Keys;
import tools.jackson.databind.JsonNode;

/// The page where callers have to prove who they are.
@EnabledIf(
        value = "org.quirkwatch.console.Browser#available",
        disabledReason = "no Chromium with its driver")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(300)
class ConsoleSignInTest {

    private static final String KEY = "qw_reviewer0001_" + "A".repeat(43);

    private ConsoleService service;

    @BeforeAll
    void start() throws NoSuchAlgorithmException {
        byte[] hash =
                MessageDigest.getInstance("SHA-256").digest(KEY.getBytes(StandardCharsets.UTF_8));
        service =
                new ConsoleService(
                        "quirkwatch.access.enabled=true",
                        "quirkwatch.access.keys[0].name=grace",
                        "quirkwatch.access.keys[0].hash=sha256:" + HexFormat.of().formatHex(hash),
                        "quirkwatch.access.keys[0].scopes=score,review");
        service.use(KEY);
    }

    @AfterAll
    void stop() {
        service.close();
    }

    @Test
    void aKeyIsExchangedForASessionThatDecides() {
        JsonNode verdict =
                service.post(
                        "/v1/signals",
                        Map.of(
                                "prompt",
                                ConsoleTest.ANOMALOUS,
                                "label",
                                " Yes",
                                "choices",
                                List.of(" No", " Yes")));
        assertThat(verdict.get("flagged").asBoolean()).isTrue();
        try (Browser browser = Browser.open(1280, 800, "light")) {
            browser.go(service.url("/console/"));
            browser.await("h1", "Sign in");
            browser.assertAccessible();
            browser.assertNoComplaints();
            browser.write("#sign-in", "qw_reviewer0001_" + "B".repeat(43));
            browser.press(Keys.ENTER);
            browser.await(".sign-in [role=alert]", "");
            assertThat(browser.count(".queue")).isZero();

            browser.write("#sign-in", KEY);
            browser.press(Keys.ENTER);
            browser.await("#reviewer", "grace");
            browser.await(".tabs", "open 1");
            assertThat(String.valueOf(browser.script("return document.cookie")))
                    .doesNotContain(KEY)
                    .contains("XSRF-TOKEN");
            assertThat(browser.script("return sessionStorage.length + localStorage.length"))
                    .isEqualTo(0L);

            browser.press("n");
            browser.await(".state", "yours for");
            browser.press("c");
            browser.await(".decision", "Confirmed: anomalous");
            browser.click("#sign-out");
            browser.await("h1", "Sign in");
        }
        JsonNode review = service.get("/v1/reviews/" + verdict.get("verdict_id").asString());
        assertThat(review.get("status").asString()).isEqualTo("confirmed");
        assertThat(review.get("reviewer").asString()).isEqualTo("grace");
    }
}
