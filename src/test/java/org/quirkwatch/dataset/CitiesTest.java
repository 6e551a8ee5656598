package org.quirkwatch.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CitiesTest {

    private static final List<String> ALBANY =
            List.of("Albany", "42.7", "-73.8", "United States", "New York", "admin", "99000");

    @Test
    void theFactsAreWellFormedAndReadInTheirOrder() throws IOException {
        List<City> cities = Cities.read();
        assertThat(cities)
                .extracting(City::name)
                .containsExactlyElementsOf(
                        CityFacts.rows().stream().map(row -> CityFacts.cell(row, "city")).toList());
        assertThat(cities)
                .allSatisfy(city -> {
                    for (String text : List.of(city.name(), city.region(), city.country())) {
                        assertThat(text).matches("[A-Za-z]+([ '.-]+[A-Za-z]+)*");
                    }
                });
    }

    @Test
    void theFactsCoverBothHemispheresSmallPlacesAndTheMostPopulousCountries() {
        List<City> cities = Cities.read();
        assertThat(cities).hasSizeGreaterThan(1_200);
        assertThat(share(cities.stream().filter(city -> city.latitude() < 0), cities))
                .isGreaterThan(0.25);
        assertThat(share(cities.stream().filter(city -> city.longitude() <= 0), cities))
                .isBetween(0.3, 0.6);
        assertThat(share(cities.stream().filter(CitiesTest::isSmall), cities)).isGreaterThan(0.33);
        assertThat(share(cities.stream().filter(CitiesTest::isPopulous), cities))
                .isGreaterThan(0.33);
        assertThat(share(cities.stream().filter(city -> city.population().isEmpty()), cities))
                .isLessThan(0.05);
    }

    @Test
    void aRegionHasOneCapitalAtMostAndACountryOneNationalCapitalAtMost() {
        List<City> cities = Cities.read();
        assertThat(
                        cities.stream()
                                .filter(city -> city.capital() == City.CapitalOf.REGION)
                                .map(city -> city.region() + ", " + city.country()))
                .doesNotHaveDuplicates();
        assertThat(
                        cities.stream()
                                .filter(city -> city.capital() == City.CapitalOf.COUNTRY)
                                .map(City::country))
                .doesNotHaveDuplicates();
    }

    @Test
    void aRegionHasOneMostPopulousCity() throws IOException {
        Map<String, List<Long>> populations =
                CityFacts.rows().stream()
                        .filter(row -> CityFacts.population(row) > 0)
                        .collect(
                                Collectors.groupingBy(
                                        row -> row.get("admin_name") + ", " + row.get("country"),
                                        Collectors.mapping(
                                                CityFacts::population, Collectors.toList())));
        assertThat(populations)
                .allSatisfy((region, sizes) ->
                        assertThat(Collections.frequency(sizes, Collections.max(sizes)))
                                .as(region)
                                .isEqualTo(1));
    }

    @Test
    void theWordsOfTheNamesAreBounded() {
        Set<String> words =
                Cities.read().stream()
                        .flatMap(city -> Stream.of(city.name().split("[ '-]")))
                        .map(word -> word.toLowerCase(Locale.ROOT))
                        .collect(Collectors.toSet());
        assertThat(words).hasSizeLessThanOrEqualTo(2_500);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "lat|91.0|lat must be in [-90, 90] and not 0, got 91.0",
                "lat|0|lat must be in [-90, 90] and not 0, got 0.0",
                "lat|NaN|lat must be in [-90, 90] and not 0, got NaN",
                "lat|north|\"north\"",
                "lng|-180.5|lng must be in [-180, 180], got -180.5",
                "country|''|country must not be blank",
                "admin_name|''|admin_name must not be blank",
                "capital|yes|capital must be primary, admin, minor or empty, got \"yes\"",
                "population|0|population must be at least 1 or empty, got 0",
                "population|many|\"many\""
            })
    void aBadCellIsRefusedWithFileCityAndValue(String column, String value, String message) {
        List<String> row = new ArrayList<>(ALBANY);
        row.set(Cities.COLUMNS.indexOf(column), value);
        assertThatThrownBy(() -> Cities.of(new FactTable("cities.tsv", List.of(row))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("cities.tsv: city \"Albany\": ")
                .hasMessageContaining(message);
    }

    @Test
    void aCityThatComesTwiceIsRefused() {
        assertThatThrownBy(() -> Cities.of(new FactTable("cities.tsv", List.of(ALBANY, ALBANY))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("cities.tsv: the city \"Albany\" comes twice");
    }

    private static boolean isSmall(City city) {
        return city.population().orElse(0) < 30_000;
    }

    private static boolean isPopulous(City city) {
        return PopulationData.MOST_POPULOUS.contains(city.country());
    }

    private static double share(Stream<City> some, List<City> all) {
        return (double) some.count() / all.size();
    }
}
