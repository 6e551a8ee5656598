package org.quirkwatch.observability;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Assumptions;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.ContainerFetchException;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.startupcheck.OneShotStartupCheckStrategy;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;
import org.testcontainers.utility.MountableFile;

/// Containers of Prometheus' image, which holds promtool too. `QUIRKWATCH_TEST_PROMETHEUS_IMAGE`
/// names another than the official one. Where there is no engine, or the image cannot be had, tests
/// are reported as skipped.
final class Containers {

    private static final String OFFICIAL = "prom/prometheus:v3.5.0";

    private Containers() {}

    /// A Prometheus on the host's network, so that it reaches a service that listens on this
    /// machine only. Reads `/etc/prometheus/prometheus.yml` and the rules beside it.
    static GenericContainer<?> prometheus(int port, Path configuration, Path rules) {
        return image().withNetworkMode("host")
                .withCopyFileToContainer(
                        MountableFile.forHostPath(configuration, 0644),
                        "/etc/prometheus/prometheus.yml")
                .withCopyFileToContainer(
                        MountableFile.forHostPath(rules, 0644), "/etc/prometheus/rules.yaml")
                .withCommand(
                        "--config.file=/etc/prometheus/prometheus.yml",
                        "--storage.tsdb.path=/tmp/prometheus",
                        "--web.listen-address=127.0.0.1:" + port)
                .waitingFor(
                        Wait.forLogMessage(".*Server is ready to receive web requests.*", 1)
                                .withStartupTimeout(Duration.ofMinutes(3)));
    }

    /// A container that runs promtool to its end; it does not start when promtool fails.
    static GenericContainer<?> promtool(Path repository, String... arguments) {
        return image().withCopyFileToContainer(
                        MountableFile.forHostPath(repository.resolve("observability")),
                        "/checked/observability")
                .withCopyFileToContainer(
                        MountableFile.forHostPath(repository.resolve("helm")), "/checked/helm")
                .withCreateContainerCmdModifier(command -> command.withEntrypoint("promtool"))
                .withCommand(arguments)
                .withStartupCheckStrategy(
                        new OneShotStartupCheckStrategy().withTimeout(Duration.ofMinutes(5)));
    }

    /// Starts it, or skips the test where its image cannot be had.
    static void start(GenericContainer<?> container) {
        try {
            container.start();
        } catch (ContainerFetchException e) {
            Assumptions.abort("the image cannot be had: " + e.getMessage());
        }
    }

    private static GenericContainer<?> image() {
        Assumptions.assumeTrue(
                DockerClientFactory.instance().isDockerAvailable(),
                "no container engine runs here");
        String given = System.getenv("QUIRKWATCH_TEST_PROMETHEUS_IMAGE");
        return new GenericContainer<>(DockerImageName.parse(given == null ? OFFICIAL : given));
    }
}
