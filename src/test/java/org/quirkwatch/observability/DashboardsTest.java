package org.quirkwatch.observability;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.quirkwatch.Quirkwatch;
import org.quirkwatch.cli.Commands;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.testcontainers.containers.GenericContainer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What the dashboards and the alert rules say of the running service, with the bundled model and
/// detector, by a real Prometheus that scrapes it every second.
@SpringBootTest(
        classes = Quirkwatch.class,
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "management.metrics.export.prometheus.enabled=true",
            "quirkwatch.verdict-log.enabled=true",
            "quirkwatch.lane.max-pending-signals=1024"
        })
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DashboardsTest {

    private static final Path DASHBOARDS =
            AlertRulesTest.REPOSITORY.resolve("helm/quirkwatch/dashboards");
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /// Metrics that this test's service does not have, and why.
    private static final Map<String, String> ELSEWHERE =
            Map.of("DCGM_", "NVIDIA's exporter shows them, on a machine with a GPU");

    private static final List<String> EXPECTED_PANELS =
            List.of(
                    "Flag rate against its expectation",
                    "Dispositions",
                    "p-values: distance from uniform",
                    "Scores",
                    "Layer that stood out most",
                    "Time by stage, quantile 0.99",
                    "Batches",
                    "Queue",
                    "Rejected by reason",
                    "Reviews by status",
                    "Overturned",
                    "Signals of jobs",
                    "Heap");

    private final SignalSender sender;
    private final int servicePort;
    private GenericContainer<?> container;
    private PrometheusClient prometheus;

    DashboardsTest(@LocalServerPort int port) {
        servicePort = port;
        sender = new SignalSender(port);
    }

    @DynamicPropertySource
    static void data(DynamicPropertyRegistry settings) throws IOException {
        Path folder = Files.createTempDirectory("quirkwatch-dashboards");
        settings.add("quirkwatch.data", folder::toString);
    }

    @BeforeAll
    void scrape(@TempDir Path folder) throws IOException {
        int port = freePort();
        Path configuration = folder.resolve("prometheus.yml");
        Files.writeString(
                configuration,
                """
                global: {scrape_interval: 1s, evaluation_interval: 1s}
                rule_files: [/etc/prometheus/rules.yaml]
                scrape_configs:
                  - job_name: quirkwatch
                    metrics_path: /actuator/prometheus
                    static_configs: [{targets: ["127.0.0.1:%d"]}]
                """
                        .formatted(servicePort));
        container = Containers.prometheus(port, configuration, AlertRulesTest.RULES);
        Containers.start(container);
        prometheus = new PrometheusClient(port);
        prometheus.await("quirkwatch_build_info", Duration.ofSeconds(30));
    }

    @AfterAll
    void stop() {
        if (container != null) {
            container.stop();
        }
    }

    @Test
    @Order(1)
    void everyPanelOfTheIssueIsThereAndEveryQueryReturnsData(@TempDir Path folder)
            throws IOException, InterruptedException {
        List<String> trusted = rows(folder, "held-out-all", 420);
        List<String> anomalous = rows(folder, "test-anomalous", 20);
        List<String> wrong =
                List.of(
                        "{\"prompt\": \"%s\", \"label\": \" Yes\"}"
                                .formatted("1 + ".repeat(9_000)));
        // Some at a time, as rates are made of differences.
        for (int part = 0; part < 10; part++) {
            sender.stream(trusted.subList(part * 42, part * 42 + 42));
            sender.stream(anomalous.subList(part, part + 1));
            sender.single(trusted.get(part));
            sender.stream(wrong);
            sender.reject();
            sender.job(trusted.subList(part * 20, part * 20 + 20));
            // At least one signal in each part was flagged.
            sender.review(part % 2 == 0 ? "dismissed" : "confirmed");
            Thread.sleep(1_000);
        }
        prometheus.awaitSamples(
                "increase(quirkwatch_p_value_count[1h])", 400, Duration.ofSeconds(20));

        Set<String> titles = new TreeSet<>();
        List<String> empty = new ArrayList<>();
        for (Query query : queries()) {
            titles.add(query.panel());
            List<Double> values = prometheus.values(query.expression());
            if (values.stream().noneMatch(Double::isFinite) && !isElsewhere(query.expression())) {
                empty.add(query.toString());
            }
        }

        assertThat(empty).as("queries without data").isEmpty();
        assertThat(titles).containsAll(EXPECTED_PANELS);
    }

    @Test
    @Order(2)
    void trustedTrafficIsNoDriftAndDriftedTrafficIs(@TempDir Path folder)
            throws IOException, InterruptedException {
        assertThat(prometheus.alerts()).doesNotContain("QuirkwatchDrift", "QuirkwatchUnscored");

        List<String> drifted = rows(folder, "test-anomalous", 400);
        sender.stream(drifted.subList(0, 200));
        Thread.sleep(2_000);
        sender.stream(drifted.subList(200, 400));

        // Pending at first: it has to stay so for ten minutes until it fires, which the rules' own
        // tests show.
        assertThat(prometheus.awaitAlert("QuirkwatchDrift", Duration.ofSeconds(30))).isTrue();
        assertThat(prometheus.awaitAlert("QuirkwatchFlagRateHigh", Duration.ofSeconds(30)))
                .isTrue();
    }

    /// A panel's query, as Grafana would send it.
    private record Query(String file, String panel, String expression) {}

    private static List<Query> queries() throws IOException {
        try (Stream<Path> files = Files.list(DASHBOARDS)) {
            return files.sorted().flatMap(DashboardsTest::queries).toList();
        }
    }

    private static Stream<Query> queries(Path file) {
        JsonNode dashboard = JSON.readTree(file);
        return dashboard
                .get("panels")
                .valueStream()
                .filter(panel -> panel.has("targets"))
                .flatMap(panel ->
                        panel.get("targets")
                                .valueStream()
                                .map(target ->
                                        new Query(
                                                file.getFileName().toString(),
                                                panel.get("title").asString(),
                                                asSent(target.get("expr").asString()))));
    }

    private static String asSent(String expression) {
        return expression.replace("$instance", ".*").replace("$__rate_interval", "30s");
    }

    private static boolean isElsewhere(String expression) {
        return ELSEWHERE.keySet().stream().anyMatch(expression::contains);
    }

    private static List<String> rows(Path folder, String split, int count) throws IOException {
        Path file = folder.resolve(split + ".jsonl");
        int code =
                Commands.run(
                        new String[] {
                            "quirky",
                            "generate",
                            "--task",
                            "addition",
                            "--split",
                            split,
                            "--limit",
                            String.valueOf(count),
                            "--output",
                            file.toString()
                        });
        assertThat(code).isZero();
        List<String> rows = Files.readAllLines(file);
        assertThat(rows).hasSize(count);
        return IntStream.range(0, count)
                .mapToObj(i -> rows.get(i).replaceFirst("\"id\":\"[^\"]*\",", ""))
                .collect(Collectors.toList());
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
