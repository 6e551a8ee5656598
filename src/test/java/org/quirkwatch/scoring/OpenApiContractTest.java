package org.quirkwatch.scoring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.TestPropertySource;

/// Holds `openapi.yaml` to what the running service publishes. `make openapi` writes it anew.
@ServiceTest
@TestPropertySource(
        properties = {
            "quirkwatch.verdict-log.enabled=true",
            "spring.datasource.url=jdbc:h2:mem:contract;MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE"
        })
class OpenApiContractTest {

    private static final Path FILE = Path.of("openapi.yaml");

    private final Caller caller;

    OpenApiContractTest(@LocalServerPort int port) {
        caller = new Caller(port);
    }

    @Test
    void theContractIsWhatTheServicePublishes() throws IOException {
        Caller.Answer answer = caller.get("/v3/api-docs.yaml");
        assertThat(answer.status()).isEqualTo(200);
        String published = answer.body();
        if (Boolean.getBoolean("quirkwatch.openapi.write")) {
            Files.writeString(FILE, published);
        }
        List<String> expected = Files.exists(FILE) ? Files.readAllLines(FILE) : List.of();
        List<String> differences = differences(expected, Arrays.asList(published.split("\n")));
        assertThat(differences)
                .as(
                        "openapi.yaml (-) is not what the service publishes (+); `make openapi` writes"
                                + " it anew:\n%s",
                        String.join("\n", differences))
                .isEmpty();
    }

    @Test
    void everyOperationSaysWhatItTakesAndAnswers() {
        var contract = caller.get("/v3/api-docs").json();

        assertThat(contract.get("paths").propertyNames())
                .containsExactlyInAnyOrder(
                        "/console/session",
                        "/v1/audit",
                        "/v1/keys",
                        "/v1/keys/{id}",
                        "/v1/keys/{id}/rotate",
                        "/v1/signals",
                        "/v1/signals/batch",
                        "/v1/models",
                        "/v1/models/{id}",
                        "/v1/detectors",
                        "/v1/detectors/{id}",
                        "/v1/jobs",
                        "/v1/jobs/{id}",
                        "/v1/jobs/{id}/result",
                        "/v1/jobs/{id}/events",
                        "/v1/detectors/active",
                        "/v1/detectors/active/history",
                        "/v1/detectors/active/rollback",
                        "/v1/detectors/shadow",
                        "/v1/policies",
                        "/v1/policies/{id}/levels",
                        "/v1/detectors/{id}/calibration",
                        "/v1/verdicts",
                        "/v1/verdicts/statistics",
                        "/v1/verdicts/{id}",
                        "/v1/verdicts/{id}/neighbours",
                        "/v1/verdicts/{id}/prompt",
                        "/v1/verdicts/{id}/replay",
                        "/v1/reviews",
                        "/v1/reviews/counts",
                        "/v1/reviews/next",
                        "/v1/reviews/outcomes",
                        "/v1/reviews/recalibration",
                        "/v1/reviews/{id}",
                        "/v1/reviews/{id}/claim",
                        "/v1/reviews/{id}/decision",
                        "/v1/reviews/{id}/release");
        for (var path : contract.get("paths")) {
            for (var operation : path) {
                assertThat(operation.get("summary").asString()).isNotBlank();
                assertThat(operation.get("responses").propertyNames())
                        .contains("406", "500")
                        .containsAnyOf("200", "202");
            }
        }
        assertThat(contract.at("/paths/~1v1~1signals/post/responses").propertyNames())
                .contains("400", "413", "415", "422", "503");
        assertThat(contract.at("/components/schemas/Problem/properties/errors").isObject())
                .isTrue();
    }

    @Test
    void aPageShowsTheContract() {
        assertThat(caller.get("/swagger-ui/index.html").status()).isEqualTo(200);
    }

    /// The lines of each that the other lacks, by the longest common subsequence.
    private static List<String> differences(List<String> left, List<String> right) {
        int[][] common = new int[left.size() + 1][right.size() + 1];
        for (int i = left.size() - 1; i >= 0; i--) {
            for (int j = right.size() - 1; j >= 0; j--) {
                common[i][j] =
                        left.get(i).equals(right.get(j))
                                ? common[i + 1][j + 1] + 1
                                : Math.max(common[i + 1][j], common[i][j + 1]);
            }
        }
        List<String> differences = new ArrayList<>();
        int i = 0;
        int j = 0;
        while (i < left.size() || j < right.size()) {
            if (i < left.size() && j < right.size() && left.get(i).equals(right.get(j))) {
                i++;
                j++;
            } else if (j == right.size()
                    || (i < left.size() && common[i + 1][j] >= common[i][j + 1])) {
                differences.add("-%d: %s".formatted(i + 1, left.get(i)));
                i++;
            } else {
                differences.add("+%d: %s".formatted(j + 1, right.get(j)));
                j++;
            }
        }
        return differences;
    }
}
