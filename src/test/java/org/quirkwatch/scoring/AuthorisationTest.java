package org.quirkwatch.scoring;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.quirkwatch.verdictlog.Store;
import org.springframework.web.servlet.handler.SimpleUrlHandlerMapping;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.RequestMappingInfoHandlerMapping;

/// Every endpoint that the service has, and who may ask it. An endpoint without a row fails.
@Timeout(600)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AuthorisationTest {

    /// Who may ask: `open` everybody, `any` whoever has a scope, else who has the scope, or admin.
    private static final String MATRIX =
            """
            GET    /actuator                              admin
            GET    /actuator/health                       open
            GET    /actuator/health/**                    open
            GET    /actuator/info                         admin
            GET    /actuator/prometheus                   admin
            GET    /console                               open
            GET    /console/                              open
            GET    /console/**                            open
            GET    /console/session                       open
            POST   /console/session                       open
            DELETE /console/session                       open
            ANY    /error                                 admin
            GET    /swagger-ui.html                       any
            GET    /swagger-ui/**                         any
            GET    /swagger-ui/*index.html                any
            GET    /swagger-ui/*swagger-initializer.js    any
            GET    /v3/api-docs                           any
            GET    /v3/api-docs.yaml                      any
            GET    /v3/api-docs/swagger-config            any
            GET    /webjars/**                            open
            GET    /**                                    admin
            GET    /v1/audit                              admin
            GET    /v1/detectors                          any
            GET    /v1/detectors/{id}                     any
            GET    /v1/detectors/{id}/calibration         any
            DELETE /v1/detectors/{id}                     admin
            POST   /v1/detectors                          admin
            GET    /v1/detectors/active                   any
            PUT    /v1/detectors/active                   admin
            GET    /v1/detectors/active/history           any
            POST   /v1/detectors/active/rollback          admin
            GET    /v1/detectors/shadow                   review
            PUT    /v1/detectors/shadow                   admin
            DELETE /v1/detectors/shadow                   admin
            GET    /v1/jobs                               score
            POST   /v1/jobs                               score
            GET    /v1/jobs/{id}                          score
            DELETE /v1/jobs/{id}                          score
            GET    /v1/jobs/{id}/events                   score
            GET    /v1/jobs/{id}/result                   score
            GET    /v1/keys                               admin
            POST   /v1/keys                               admin
            POST   /v1/keys/{id}/rotate                   admin
            DELETE /v1/keys/{id}                          admin
            GET    /v1/models                             any
            GET    /v1/policies                           any
            PUT    /v1/policies/{id}/levels               admin
            DELETE /v1/policies/{id}/levels               admin
            GET    /v1/models/{id}                        any
            GET    /v1/reviews                            review
            GET    /v1/reviews/{id}                       review
            GET    /v1/reviews/counts                     review
            GET    /v1/reviews/outcomes                   review
            GET    /v1/reviews/recalibration              review
            POST   /v1/reviews/next                       review
            POST   /v1/reviews/{id}/claim                 review
            POST   /v1/reviews/{id}/decision              review
            POST   /v1/reviews/{id}/release               review
            POST   /v1/signals                            score
            POST   /v1/signals/batch                      score
            GET    /v1/verdicts                           review
            GET    /v1/verdicts/{id}                      review
            GET    /v1/verdicts/{id}/neighbours           review
            GET    /v1/verdicts/statistics                review
            DELETE /v1/verdicts/{id}/prompt               admin
            POST   /v1/verdicts/{id}/replay               admin
            """;

    private final Store store = Store.embedded();
    private final TestKeys keys = new TestKeys();
    private LoggedService service = started();

    private LoggedService started() {
        return LoggedService.start(store, keys.settings());
    }

    @BeforeAll
    void itServes() {
        assertThat(service.caller().get("/actuator/health/liveness").status()).isEqualTo(200);
    }

    @AfterAll
    void stop() {
        service.close();
        store.close();
    }

    @Test
    void everyEndpointHasARow() {
        SortedSet<String> endpoints = new TreeSet<>();
        service.context()
                .getBeansOfType(RequestMappingInfoHandlerMapping.class)
                .values()
                .forEach(mapping ->
                        mapping.getHandlerMethods().keySet().forEach(info -> add(info, endpoints)));
        service.context()
                .getBeansOfType(SimpleUrlHandlerMapping.class)
                .values()
                .forEach(mapping ->
                        mapping.getUrlMap().keySet().stream()
                                // Libraries, the same below each of their versions.
                                .filter(path -> !path.startsWith("/webjars/*swagger-ui/"))
                                .forEach(path -> endpoints.add("GET " + path)));
        assertThat(endpoints).containsExactlyElementsOf(new TreeSet<>(rows().keySet()));
    }

    @Test
    void everyCallerGetsWhatTheRowSays() {
        StringBuilder wrong = new StringBuilder();
        rows().forEach((endpoint, needed) -> {
            for (TestKeys.Who who : TestKeys.Who.values()) {
                int expected = expected(needed, who);
                int status = ask(endpoint, who);
                boolean holds = expected == 0 ? status != 401 && status != 403 : status == expected;
                if (!holds) {
                    wrong.append(
                            "%s as %s: %d, expected %s%n"
                                    .formatted(
                                            endpoint,
                                            who,
                                            status,
                                            expected == 0 ? "to be let in" : expected));
                }
            }
        });
        assertThat(wrong).isEmpty();
    }

    private static int expected(String needed, TestKeys.Who who) {
        return switch (who) {
            case NONE -> needed.equals("open") ? 0 : 401;
            case WRONG, EXPIRED -> 401;
            case ADMIN -> 0;
            case SCORE ->
                    needed.equals("open") || needed.equals("any") || needed.equals("score")
                            ? 0
                            : 403;
            case REVIEW ->
                    needed.equals("open") || needed.equals("any") || needed.equals("review")
                            ? 0
                            : 403;
        };
    }

    private int ask(String endpoint, TestKeys.Who who) {
        String method = endpoint.substring(0, endpoint.indexOf(' '));
        String path =
                endpoint.substring(endpoint.indexOf(' ') + 1)
                        .replace("{id}", "0197a2b3-0000-7000-8000-000000000001")
                        .replace("**", "liveness")
                        .replace("*", "");
        Map<String, String> headers = new TreeMap<>(keys.headers(who));
        headers.put("Content-Type", "application/json");
        return service.caller()
                .send(method.equals("ANY") ? "GET" : method, path, headers, "{}")
                .status();
    }

    private static void add(RequestMappingInfo info, SortedSet<String> endpoints) {
        for (String path : info.getPatternValues()) {
            if (info.getMethodsCondition().getMethods().isEmpty()) {
                endpoints.add("ANY " + path);
            }
            info.getMethodsCondition()
                    .getMethods()
                    .forEach(method -> endpoints.add(method + " " + path));
        }
    }

    private static Map<String, String> rows() {
        return MATRIX.lines()
                .map(line -> line.split(" +"))
                .collect(
                        Collectors.toMap(
                                row -> row[0] + " " + row[1],
                                row -> row[2],
                                (a, b) -> a,
                                TreeMap::new));
    }
}
