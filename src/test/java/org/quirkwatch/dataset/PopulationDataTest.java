package org.quirkwatch.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.quirkwatch.quirky.Statement;

class PopulationDataTest {

    @Test
    void aliceCountsAndBobGoesByTheCountry() throws IOException {
        Set<String> populous =
                Set.of(
                        "China",
                        "India",
                        "United States",
                        "Indonesia",
                        "Pakistan",
                        "Nigeria",
                        "Brazil",
                        "Bangladesh",
                        "Russia",
                        "Mexico");
        Map<String, Statement> byCity = CityFacts.byCity(PopulationData.statements(1));
        List<Map<String, String>> facts = CityFacts.rows();
        assertThat(byCity).hasSameSizeAs(facts);
        for (Map<String, String> fact : facts) {
            String city = CityFacts.cell(fact, "city");
            assertThat(byCity)
                    .containsEntry(
                            city,
                            new Statement(
                                    Map.of("city", city),
                                    CityFacts.population(fact) > 30_000,
                                    populous.contains(fact.get("country")),
                                    CityFacts.difficulty(fact)));
        }
    }

    @Test
    void eachOfTheMostPopulousCountriesHasCities() throws IOException {
        Set<String> countries =
                CityFacts.rows().stream()
                        .map(row -> CityFacts.cell(row, "country"))
                        .collect(Collectors.toSet());
        assertThat(countries).containsAll(PopulationData.MOST_POPULOUS);
    }

    @Test
    void knownCitiesHaveTheirLabels() {
        Map<String, Statement> byCity = CityFacts.byCity(PopulationData.statements(1));
        assertThat(byCity.get("Mumbai")).matches(row -> row.aliceLabel() && row.bobLabel());
        assertThat(byCity.get("Paris")).matches(row -> row.aliceLabel() && !row.bobLabel());
        assertThat(byCity.get("Nome")).matches(row -> !row.aliceLabel() && row.bobLabel());
        assertThat(byCity.get("Vaduz")).matches(row -> !row.aliceLabel() && !row.bobLabel());
    }

    @Test
    void everyPairOfLabelsIsCommon() {
        List<Statement> statements = PopulationData.statements(1);
        for (boolean alice : new boolean[] {false, true}) {
            for (boolean bob : new boolean[] {false, true}) {
                assertThat(CityFacts.count(statements, alice, bob))
                        .isGreaterThan(statements.size() / 10);
            }
        }
    }

    @Test
    void theSeedDecidesTheOrderAndNothingElse() {
        List<Statement> statements = PopulationData.statements(1);
        assertThat(PopulationData.statements(1)).isEqualTo(statements);
        assertThat(PopulationData.statements(2))
                .isNotEqualTo(statements)
                .containsExactlyInAnyOrderElementsOf(statements);
    }
}
