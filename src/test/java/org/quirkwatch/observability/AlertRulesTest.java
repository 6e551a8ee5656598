package org.quirkwatch.observability;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.testcontainers.containers.ContainerLaunchException;
import org.testcontainers.containers.GenericContainer;

class AlertRulesTest {

    static final Path REPOSITORY = Path.of("").toAbsolutePath();
    static final Path RULES = REPOSITORY.resolve("helm/quirkwatch/rules/quirkwatch.yaml");
    private static final Pattern ALERT = Pattern.compile("(?m)^ +- alert: (\\w+)$");
    private static final Pattern RUNBOOK =
            Pattern.compile("(?m)^ +runbook_url: docs/RUNBOOK\\.md#(\\w+)$");

    @Test
    void everyAlertFiresWhereItShouldAndNowhereElse() {
        try (GenericContainer<?> promtool =
                Containers.promtool(
                        REPOSITORY, "test", "rules", "/checked/observability/rules-test.yaml")) {
            try {
                Containers.start(promtool);
            } catch (ContainerLaunchException e) {
                throw new AssertionError(promtool.getLogs(), e);
            }
            assertThat(promtool.getLogs()).contains("SUCCESS");
        }
    }

    @Test
    void everyAlertHasCasesAndASectionInTheRunbook() throws IOException {
        String rules = Files.readString(RULES);
        List<String> alerts = found(ALERT, rules);
        String cases = Files.readString(REPOSITORY.resolve("observability/rules-test.yaml"));
        String runbook = Files.readString(REPOSITORY.resolve("docs/RUNBOOK.md"));

        assertThat(alerts).hasSizeGreaterThan(6);
        // GitHub's anchor of a heading is its text in lower case.
        assertThat(found(RUNBOOK, rules))
                .isEqualTo(
                        alerts.stream()
                                .map(alert -> alert.toLowerCase(java.util.Locale.ROOT))
                                .toList());
        assertThat(alerts)
                .allSatisfy(alert -> {
                    assertThat(runbook).contains("\n## " + alert + "\n");
                    assertThat(cases)
                            .containsPattern(
                                    "alertname: %s\n +exp_alerts:\n +- exp_labels"
                                            .formatted(alert));
                });
    }

    private static List<String> found(Pattern pattern, String text) {
        return pattern.matcher(text).results().map((MatchResult match) -> match.group(1)).toList();
    }
}
