package org.quirkwatch.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.quirkwatch.quirky.Statement;

class CapitalsDataTest {

    @Test
    void aliceKnowsTheCapitalsAndBobTheMostPopulousCities() throws IOException {
        Map<String, Statement> byCity = CityFacts.byCity(CapitalsData.statements(1));
        Map<String, Long> largest = largestOfRegions();
        Set<String> possible = new HashSet<>();
        for (Map<String, String> fact : CityFacts.rows()) {
            String city = CityFacts.cell(fact, "city");
            boolean asked =
                    Set.of("", "admin").contains(CityFacts.cell(fact, "capital"))
                            && !city.equals(fact.get("admin_name"));
            if (asked) {
                possible.add(city);
            }
            Statement statement = byCity.get(city);
            boolean alice = CityFacts.cell(fact, "capital").equals("admin");
            boolean bob =
                    CityFacts.population(fact) > 0
                            && CityFacts.population(fact) == largest.getOrDefault(region(fact), 0L);
            if (statement == null) {
                assertThat(asked && (alice || bob)).as(city).isFalse();
                continue;
            }
            assertThat(statement.aliceLabel()).as(city).isEqualTo(alice);
            assertThat(statement.bobLabel()).as(city).isEqualTo(bob);
            assertThat(statement.difficulty()).as(city).isEqualTo(CityFacts.difficulty(fact));
            assertThat(statement.arguments().entrySet())
                    .containsExactly(
                            Map.entry("city", city),
                            Map.entry("admin_name", CityFacts.cell(fact, "admin_name")),
                            Map.entry("country", CityFacts.cell(fact, "country")));
        }
        assertThat(possible).containsAll(byCity.keySet());
    }

    @Test
    void knownCitiesHaveTheirLabels() {
        Map<String, Statement> byCity = CityFacts.byCity(CapitalsData.statements(1));
        assertThat(byCity.get("Boston")).matches(row -> row.aliceLabel() && row.bobLabel());
        assertThat(byCity.get("Albany")).matches(row -> row.aliceLabel() && !row.bobLabel());
        assertThat(byCity.get("Cologne")).matches(row -> !row.aliceLabel() && row.bobLabel());
        assertThat(byCity).doesNotContainKeys("New York", "London", "Buffalo");
    }

    /// A region `R` with its capital and largest city, and `small` further towns.
    private static List<City> region(String country, int small) {
        return IntStream.rangeClosed(0, small)
                .mapToObj(i ->
                        new City(
                                country + i,
                                10,
                                10,
                                country,
                                "R",
                                i == 0 ? City.CapitalOf.REGION : City.CapitalOf.NOTHING,
                                OptionalLong.of(1_000_000 - i)))
                .toList();
    }

    @Test
    void aQuarterOfWhatBothCallFalseIsKeptAfterAHundredthOfTheAmericanOnes() {
        assertThat(CapitalsData.statements(region("Chad", 40), 3)).hasSize(1 + 10);
        assertThat(CapitalsData.statements(region("Chad", 43), 3)).hasSize(1 + 10);
        assertThat(CapitalsData.statements(region("United States", 800), 3)).hasSize(1 + 2);
        assertThat(CapitalsData.statements(region("United States", 99), 3)).hasSize(1);
    }

    @Test
    void everyPairOfLabelsIsCommonAndRegionsWhoseCapitalIsNotTheLargestAreMany() {
        List<Statement> statements = CapitalsData.statements(1);
        assertThat(statements).hasSizeGreaterThan(700);
        for (boolean alice : new boolean[] {false, true}) {
            for (boolean bob : new boolean[] {false, true}) {
                assertThat(CityFacts.count(statements, alice, bob))
                        .isGreaterThan(statements.size() / 10);
            }
        }
        assertThat(CityFacts.count(statements, true, false)).isGreaterThan(60);
    }

    @Test
    void theWordsOfTheStatementsAreBounded() {
        Set<String> words = new HashSet<>();
        for (Statement statement : CapitalsData.statements(1)) {
            for (String value : statement.arguments().values()) {
                words.addAll(List.of(value.toLowerCase(Locale.ROOT).split("[ '-]")));
            }
        }
        assertThat(words).hasSizeLessThanOrEqualTo(2_500);
    }

    @Test
    void theSeedDecidesTheOrderAndWhatIsKeptOfWhatBothCallFalse() {
        List<Statement> statements = CapitalsData.statements(1);
        List<Statement> others = CapitalsData.statements(2);
        assertThat(CapitalsData.statements(1)).isEqualTo(statements);
        assertThat(others).hasSameSizeAs(statements);
        Set<Statement> changed = new LinkedHashSet<>(others);
        statements.forEach(changed::remove);
        assertThat(changed)
                .isNotEmpty()
                .noneMatch(statement -> statement.aliceLabel() || statement.bobLabel());
    }

    private static Map<String, Long> largestOfRegions() throws IOException {
        Map<String, Long> largest = new HashMap<>();
        for (Map<String, String> fact : CityFacts.rows()) {
            largest.merge(region(fact), CityFacts.population(fact), Math::max);
        }
        return largest;
    }

    private static String region(Map<String, String> fact) {
        return fact.get("admin_name") + ", " + fact.get("country");
    }
}
