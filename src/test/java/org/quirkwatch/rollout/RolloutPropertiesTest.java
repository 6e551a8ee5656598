package org.quirkwatch.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.validation.Validation;
import jakarta.validation.ValidatorFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.util.unit.DataSize;

class RolloutPropertiesTest {

    @Test
    void bindsEveryProperty() {
        RolloutProperties properties =
                bind(
                        Map.of(
                                "quirkwatch.data", "/data",
                                "quirkwatch.rollout.store", "/kept",
                                "quirkwatch.rollout.max-detectors", "3",
                                "quirkwatch.rollout.max-size", "1MB",
                                "quirkwatch.rollout.poll", "7s",
                                "quirkwatch.rollout.max-shadow-signals", "11",
                                "quirkwatch.rollout.pass-signals", "5",
                                "quirkwatch.rollout.max-fit-size", "2MB"));
        assertThat(properties.rollout())
                .isEqualTo(
                        new RolloutProperties.Rollout(
                                "/kept",
                                3,
                                DataSize.ofMegabytes(1),
                                Duration.ofSeconds(7),
                                11,
                                5,
                                DataSize.ofMegabytes(2)));
        assertThat(properties.storeDirectory()).isEqualTo(Path.of("/kept"));
    }

    @Test
    void keepsDetectorsBesideTheLogWhereNothingElseIsSaid() {
        RolloutProperties properties = bind(Map.of("quirkwatch.data", "/data"));
        assertThat(properties.storeDirectory()).isEqualTo(Path.of("/data/detectors"));
        assertThat(properties.rollout().maxDetectors()).isEqualTo(50);
    }

    @Test
    void whatIsOutsideOfItsBoundsIsRefused() {
        try (ValidatorFactory validation = Validation.buildDefaultValidatorFactory()) {
            assertThat(
                            validation
                                    .getValidator()
                                    .validate(
                                            bind(
                                                    Map.of(
                                                            "quirkwatch.rollout.max-detectors",
                                                            "0",
                                                            "quirkwatch.rollout.poll",
                                                            "1ms",
                                                            "quirkwatch.rollout.pass-signals",
                                                            "2000"))))
                    .hasSize(3);
        }
        assertThatThrownBy(() -> bind(Map.of("quirkwatch.rollout.poll", "soon")))
                .isInstanceOf(BindException.class);
    }

    private static RolloutProperties bind(Map<String, String> values) {
        return new Binder(new MapConfigurationPropertySource(values))
                .bindOrCreate("quirkwatch", Bindable.of(RolloutProperties.class));
    }
}
