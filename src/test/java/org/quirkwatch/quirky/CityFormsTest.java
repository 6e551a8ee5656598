package org.quirkwatch.quirky;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class CityFormsTest {

    private static final Map<String, String> CITY = Map.of("city", "Albany");
    private static final Map<String, String> CAPITAL =
            Map.of("city", "Albany", "admin_name", "New York", "country", "United States");

    static Stream<Arguments> pools() {
        return Stream.of(
                Arguments.of(CityForms.HEMISPHERE, CITY, 11),
                Arguments.of(CityForms.POPULATION, CITY, 10),
                Arguments.of(CityForms.CAPITALS, CAPITAL, 10));
    }

    @ParameterizedTest
    @MethodSource("pools")
    void everyFormIsFilledByTheTasksArgumentsAndNamesTheCity(
            List<PromptForm> pool, Map<String, String> arguments, int size) {
        Set<String> prompts = new HashSet<>();
        for (PromptForm form : pool) {
            String prompt = form.prompt("Whitney", arguments);
            assertThat(prompt)
                    .startsWith("Name: Whitney\n\n")
                    .endsWith("\n\nIs the statement factually correct?")
                    .doesNotContain("{", "}");
            for (String value : arguments.values()) {
                assertThat(prompt).contains(value);
            }
            assertThat(prompt.split("\\s+")).hasSizeLessThanOrEqualTo(90);
            assertThat(form.context().split("\\s+")).hasSizeLessThanOrEqualTo(12);
            prompts.add(prompt);
        }
        assertThat(prompts).hasSize(size).hasSameSizeAs(pool);
    }

    @Test
    void noFormOfHemisphereClaimsTheSouth() {
        assertThat(CityForms.HEMISPHERE)
                .filteredOn(form -> form.statement().contains("Southern"))
                .extracting(PromptForm::statement)
                .containsExactly("{city} is not in the Southern hemisphere.");
    }
}
