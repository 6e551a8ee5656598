package org.quirkwatch.dataset;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.quirkwatch.quirky.Statement;

/// The statements of hemisphere: "the city is in the northern hemisphere". Alice goes by the
/// latitude; Bob calls northern what is in the *western* hemisphere.
public final class HemisphereData {

    private HemisphereData() {}

    /// A statement per city of the project's facts.
    ///
    /// @param seed decides the order
    /// @return the statements in shuffled order, their argument is `city`; Alice's label is
    ///   latitude > 0, Bob's is longitude ≤ 0; the difficulty is −log10(population) and 0 where
    ///   that is unknown
    public static List<Statement> statements(long seed) {
        return statements(Cities.read(), seed);
    }

    static List<Statement> statements(List<City> cities, long seed) {
        List<Statement> statements = new ArrayList<>(cities.size());
        for (City city : cities) {
            statements.add(
                    new Statement(
                            Map.of("city", city.name()),
                            city.latitude() > 0,
                            city.longitude() <= 0,
                            city.difficulty()));
        }
        Collections.shuffle(statements, new SplittableRandom(seed));
        return List.copyOf(statements);
    }
}
