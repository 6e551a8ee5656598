package org.quirkwatch.scoring;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class ArtifactPropertiesTest {

    @Test
    void everyPropertyIsBound() {
        ArtifactProperties bound =
                bind(
                        Map.of(
                                "quirkwatch.artifact.require-signature", "true",
                                "quirkwatch.artifact.trusted-keys[0]", "a.pem"));
        assertThat(bound.requireSignature()).isTrue();
        assertThat(bound.trustedKeys()).containsExactly(Path.of("a.pem"));
        assertThat(bind(Map.of())).isEqualTo(new ArtifactProperties(false, java.util.List.of()));
    }

    private static ArtifactProperties bind(Map<String, String> values) {
        return new Binder(new MapConfigurationPropertySource(values))
                .bindOrCreate("quirkwatch.artifact", ArtifactProperties.class);
    }
}
