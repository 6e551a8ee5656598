package org.quirkwatch.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class PathsPropertiesTest {

    @Test
    void everyPropertyIsBound() {
        assertThat(bind(Map.of("quirkwatch.paths.allowed-roots", "/a,/b c")).allowedRoots())
                .containsExactly(Path.of("/a"), Path.of("/b c"));
        assertThat(bind(Map.of()).allowedRoots()).isEmpty();
    }

    private static PathsProperties bind(Map<String, String> values) {
        return new Binder(new MapConfigurationPropertySource(values))
                .bindOrCreate("quirkwatch.paths", PathsProperties.class);
    }
}
