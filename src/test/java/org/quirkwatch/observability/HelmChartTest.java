package org.quirkwatch.observability;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The chart by Helm itself. Where there is no `helm` on the path, the tests are reported as
/// skipped. `-Dquirkwatch.helm.write=true` writes the golden files anew.
class HelmChartTest {

    private static final Path CHART = AlertRulesTest.REPOSITORY.resolve("helm/quirkwatch");
    private static final Path EXAMPLES = Path.of("src/test/resources/helm");

    /// What a command wrote, both streams, and how it ended.
    private record Ended(int code, String output) {}

    @Test
    void itPassesTheLint() throws IOException, InterruptedException {
        Ended lint = helm("lint", "--strict", CHART.toString());
        assertThat(lint.code()).as(lint.output()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"default", "gpu", "levels"})
    void itRendersAsBefore(String name) throws IOException, InterruptedException {
        String rendered = rendered(name);
        Path golden = EXAMPLES.resolve(name + "-golden.yaml");
        if (Boolean.getBoolean("quirkwatch.helm.write")) {
            Files.writeString(golden, rendered);
        }
        assertThat(rendered).isEqualTo(Files.readString(golden));
    }

    @ParameterizedTest
    @ValueSource(strings = {"default", "gpu", "levels"})
    void whatItRendersIsWhatKubernetesUnderstands(String name)
            throws IOException, InterruptedException {
        String schemas = System.getenv("QUIRKWATCH_TEST_KUBERNETES_SCHEMAS");
        Assumptions.assumeTrue(
                schemas != null && isThere("kubeconform"),
                "kubeconform is not here, or QUIRKWATCH_TEST_KUBERNETES_SCHEMAS does not say where its schemas are");
        Path file = Files.createTempFile("rendered", ".yaml");
        Files.writeString(file, rendered(name));
        Ended checked =
                run(
                        "kubeconform",
                        "-strict",
                        "-summary",
                        "-schema-location",
                        schemas,
                        // Of operators, which have schemas of their own.
                        "-skip",
                        "ServiceMonitor,PrometheusRule,ScaledObject",
                        file.toString());
        Files.delete(file);
        assertThat(checked.code()).as(checked.output()).isZero();
    }

    @Test
    void dashboardsAndRulesReachTheClusterAsTheyAre() throws IOException, InterruptedException {
        Ended rendered =
                helm(
                        "template",
                        "q",
                        CHART.toString(),
                        "--kube-version=1.30.0",
                        "--set=dashboards.enabled=true,prometheusRule.enabled=true");
        assertThat(rendered.code()).as(rendered.output()).isZero();
        List<Map<String, Object>> documents = documents(rendered.output());

        for (String dashboard : List.of("quirkwatch", "review", "gpu")) {
            Map<String, Object> map =
                    named(documents, "ConfigMap", "q-quirkwatch-dashboard-" + dashboard);
            assertThat(map.get("data"))
                    .isEqualTo(
                            Map.of(
                                    "q-quirkwatch-" + dashboard + ".json",
                                    Files.readString(
                                            CHART.resolve("dashboards/" + dashboard + ".json"))));
        }
        Map<String, Object> rule = named(documents, "PrometheusRule", "q-quirkwatch");
        Map<String, Object> asFile = new Yaml().load(Files.readString(AlertRulesTest.RULES));
        assertThat(rule.get("spec")).isEqualTo(asFile);
    }

    @Test
    void everyLevelAndEveryAlertOfTheRulesIsAValueOfTheChart() throws IOException {
        String rules = Files.readString(AlertRulesTest.RULES);
        JsonNode values =
                new JsonMapper()
                        .readTree(Files.readString(CHART.resolve("values.schema.json")))
                        .at("/properties/prometheusRule/properties");
        Set<String> levels = found("[0-9.]+ # level (\\w+)\n", rules);
        // The bound of a histogram, which is a label.
        assertThat(rules).contains("le=~\"1|1.0\"");
        levels.add("slowSeconds");

        assertThat(values.at("/levels/properties").propertyNames())
                .containsExactlyInAnyOrderElementsOf(levels);
        assertThat(values.at("/alerts/properties").propertyNames())
                .containsExactlyInAnyOrderElementsOf(found("- alert: (\\w+)\n", rules));
    }

    private static Set<String> found(String pattern, String text) {
        Set<String> names = new TreeSet<>();
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        while (matcher.find()) {
            names.add(matcher.group(1));
        }
        return names;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "replicaCount=many | Invalid type",
                "replicasCount=2 | replicasCount",
                "test.expect.disposition=maybe | disposition",
                "model.path=../secret | Does not match pattern",
                "model.path=m | there is no volume",
                "drainSeconds=50 | it has to be that at least",
                "serviceMonitor.enabled=true,service.type=LoadBalancer | management port",
                "access.key=qw_x | key",
                "prometheusRule.levels.leastScored=0 | leastScored",
                "prometheusRule.levels.slowShare=7 | slowShare",
                "prometheusRule.alerts.QuirkwatchNone.for=1m | QuirkwatchNone",
                "prometheusRule.alerts.QuirkwatchDrift.for=soon | Does not match pattern",
                "autoscaling.enabled=true,keda.enabled=true | only one of them"
            })
    void valuesThatCannotBeMeantAreRefusedWithTheReason(String values, String reason)
            throws IOException, InterruptedException {
        Ended refused =
                helm("template", "q", CHART.toString(), "--kube-version=1.30.0", "--set=" + values);
        assertThat(refused.code()).isNotZero();
        assertThat(refused.output()).contains(reason);
    }

    private static String rendered(String name) throws IOException, InterruptedException {
        Ended rendered =
                helm(
                        "template",
                        "q",
                        CHART.toString(),
                        "--namespace=scoring",
                        "--kube-version=1.30.0",
                        "--values=" + EXAMPLES.resolve(name + "-values.yaml"));
        assertThat(rendered.code()).as(rendered.output()).isZero();
        return rendered.output();
    }

    private static Map<String, Object> named(
            List<Map<String, Object>> documents, String kind, String name) {
        return documents.stream()
                .filter(document ->
                        kind.equals(document.get("kind"))
                                && document.get("metadata") instanceof Map<?, ?> metadata
                                && name.equals(metadata.get("name")))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + kind + " " + name));
    }

    private static List<Map<String, Object>> documents(String text) {
        List<Map<String, Object>> documents = new ArrayList<>();
        StreamSupport.stream(new Yaml().loadAll(text).spliterator(), false)
                .forEach(document -> {
                    if (document instanceof Map<?, ?> map) {
                        Map<String, Object> copy = new java.util.HashMap<>();
                        map.forEach((key, value) -> copy.put(String.valueOf(key), value));
                        documents.add(copy);
                    }
                });
        return documents;
    }

    private static Ended helm(String... arguments) throws IOException, InterruptedException {
        Assumptions.assumeTrue(isThere("helm"), "there is no helm on the path");
        List<String> command = new ArrayList<>(List.of("helm"));
        command.addAll(List.of(arguments));
        return run(command.toArray(String[]::new));
    }

    private static boolean isThere(String program) {
        return List.of(System.getenv().getOrDefault("PATH", "").split(java.io.File.pathSeparator))
                .stream()
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }

    private static Ended run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ended(process.waitFor(), output);
    }
}
