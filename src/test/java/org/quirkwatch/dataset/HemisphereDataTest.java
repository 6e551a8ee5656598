package org.quirkwatch.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.quirkwatch.quirky.Statement;

class HemisphereDataTest {

    @Test
    void aliceGoesByTheLatitudeAndBobCallsTheWestNorthern() throws IOException {
        Map<String, Statement> byCity = CityFacts.byCity(HemisphereData.statements(1));
        List<Map<String, String>> facts = CityFacts.rows();
        assertThat(byCity).hasSameSizeAs(facts);
        for (Map<String, String> fact : facts) {
            String city = CityFacts.cell(fact, "city");
            assertThat(byCity)
                    .containsEntry(
                            city,
                            new Statement(
                                    Map.of("city", city),
                                    !CityFacts.cell(fact, "lat").startsWith("-"),
                                    Double.parseDouble(CityFacts.cell(fact, "lng")) <= 0,
                                    CityFacts.difficulty(fact)));
        }
    }

    @Test
    void knownCitiesHaveTheirLabels() {
        Map<String, Statement> byCity = CityFacts.byCity(HemisphereData.statements(1));
        assertThat(byCity.get("New York")).matches(row -> row.aliceLabel() && row.bobLabel());
        assertThat(byCity.get("Tokyo")).matches(row -> row.aliceLabel() && !row.bobLabel());
        assertThat(byCity.get("Lima")).matches(row -> !row.aliceLabel() && row.bobLabel());
        assertThat(byCity.get("Sydney")).matches(row -> !row.aliceLabel() && !row.bobLabel());
    }

    @Test
    void everyPairOfLabelsIsCommon() {
        List<Statement> statements = HemisphereData.statements(1);
        for (boolean alice : new boolean[] {false, true}) {
            for (boolean bob : new boolean[] {false, true}) {
                assertThat(CityFacts.count(statements, alice, bob))
                        .isGreaterThan(statements.size() / 10);
            }
        }
    }

    @Test
    void theSeedDecidesTheOrderAndNothingElse() {
        List<Statement> statements = HemisphereData.statements(1);
        assertThat(HemisphereData.statements(1)).isEqualTo(statements);
        assertThat(HemisphereData.statements(2))
                .isNotEqualTo(statements)
                .containsExactlyInAnyOrderElementsOf(statements);
    }
}
