package org.quirkwatch.dataset;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.quirkwatch.quirky.Statement;

/// The statements of population: "the city has more than 30,000 inhabitants". Alice counts; Bob
/// believes it of every city of the ten most populous countries and of no other.
public final class PopulationData {

    /// Alice calls a city large that has more inhabitants than this.
    static final long THRESHOLD = 30_000;

    /// The countries whose cities Bob calls large.
    static final Set<String> MOST_POPULOUS =
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

    private PopulationData() {}

    /// A statement per city of the project's facts.
    ///
    /// @param seed decides the order
    /// @return the statements in shuffled order, their argument is `city`; Alice's label is
    ///   population > 30,000 (false where it is unknown), Bob's goes by the country; the difficulty
    ///   is −log10(population) and 0 where that is unknown
    public static List<Statement> statements(long seed) {
        return statements(Cities.read(), seed);
    }

    static List<Statement> statements(List<City> cities, long seed) {
        List<Statement> statements = new ArrayList<>(cities.size());
        for (City city : cities) {
            statements.add(
                    new Statement(
                            Map.of("city", city.name()),
                            city.population().orElse(0) > THRESHOLD,
                            MOST_POPULOUS.contains(city.country()),
                            city.difficulty()));
        }
        Collections.shuffle(statements, new SplittableRandom(seed));
        return List.copyOf(statements);
    }
}
