package org.quirkwatch.dataset;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.quirkwatch.quirky.Statement;

/// The statements of capitals: "the city is the capital of its region". Alice knows the capitals;
/// Bob takes the most populous city of a region for it.
///
/// A city that has its region's name, a national capital and the capital of a mere district are
/// left out, but count when the most populous city is looked for. Most cities are neither a capital
/// nor the largest, so of those only a part is kept: first one in a hundred of the American ones
/// and all others, then a quarter of these.
public final class CapitalsData {

    private static final String THINNED_COUNTRY = "United States";
    private static final int THINNED_SHARE = 100;
    private static final int KEPT_SHARE = 4;

    private CapitalsData() {}

    /// The statements about the cities of the project's facts.
    ///
    /// @param seed decides which of the statements that both call false are kept, and the order
    /// @return the statements in shuffled order, their arguments are `city`, `admin_name` and
    ///   `country`; Alice's label is whether the city is the region's capital, Bob's whether it is
    ///   the region's most populous city among the facts; the difficulty is −log10(population) and
    ///   0 where that is unknown
    public static List<Statement> statements(long seed) {
        return statements(Cities.read(), seed);
    }

    static List<Statement> statements(List<City> cities, long seed) {
        Set<City> largest = mostPopulous(cities);
        List<Statement> kept = new ArrayList<>();
        List<Statement> thinned = new ArrayList<>();
        List<Statement> bothFalse = new ArrayList<>();
        for (City city : cities) {
            if (isAsked(city)) {
                Statement statement = statement(city, largest.contains(city));
                if (statement.aliceLabel() || statement.bobLabel()) {
                    kept.add(statement);
                } else if (city.country().equals(THINNED_COUNTRY)) {
                    thinned.add(statement);
                } else {
                    bothFalse.add(statement);
                }
            }
        }
        SplittableRandom random = new SplittableRandom(seed);
        bothFalse.addAll(sample(thinned, thinned.size() / THINNED_SHARE, random));
        kept.addAll(sample(bothFalse, bothFalse.size() / KEPT_SHARE, random));
        Collections.shuffle(kept, random);
        return List.copyOf(kept);
    }

    /// Whether a statement is made of the city.
    static boolean isAsked(City city) {
        return !city.name().equals(city.region())
                && switch (city.capital()) {
                    case REGION, NOTHING -> true;
                    case COUNTRY, DISTRICT -> false;
                };
    }

    /// The most populous city of each region; the first of equals. A region of which no population
    /// is known has none.
    private static Set<City> mostPopulous(List<City> cities) {
        record Region(String name, String country) {}

        Map<Region, City> largest = new HashMap<>();
        for (City city : cities) {
            if (city.population().isPresent()) {
                largest.merge(
                        new Region(city.region(), city.country()),
                        city,
                        (a, b) -> b.population().getAsLong() > a.population().getAsLong() ? b : a);
            }
        }
        return new HashSet<>(largest.values());
    }

    private static Statement statement(City city, boolean isLargest) {
        Map<String, String> arguments = new LinkedHashMap<>();
        arguments.put("city", city.name());
        arguments.put("admin_name", city.region());
        arguments.put("country", city.country());
        return new Statement(
                arguments, city.capital() == City.CapitalOf.REGION, isLargest, city.difficulty());
    }

    private static List<Statement> sample(
            List<Statement> statements, int count, RandomGenerator random) {
        List<Statement> shuffled = new ArrayList<>(statements);
        Collections.shuffle(shuffled, random);
        return shuffled.subList(0, count);
    }
}
