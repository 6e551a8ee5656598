package org.quirkwatch.dataset;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/// Reads the cities that come with the project.
final class Cities {

    private static final String FILE = "cities.tsv";

    /// The columns of the table, in their order.
    static final List<String> COLUMNS =
            List.of("city", "lat", "lng", "country", "admin_name", "capital", "population");

    private Cities() {}

    /// The cities of the project, in the order of their file.
    static List<City> read() {
        return of(FactTable.bundled(FILE, COLUMNS));
    }

    /// @param table with the columns above
    /// @return a city per row, in the order of the table
    /// @throws IllegalStateException that names file and city, if one is not as it should be
    static List<City> of(FactTable table) {
        List<City> cities = new ArrayList<>(table.rows().size());
        Set<String> names = new HashSet<>();
        for (List<String> row : table.rows()) {
            String name = row.getFirst();
            if (!names.add(name)) {
                throw new IllegalStateException(
                        "%s: the city \"%s\" comes twice".formatted(table.file(), name));
            }
            try {
                cities.add(city(row));
            } catch (IllegalArgumentException e) {
                throw new IllegalStateException(
                        "%s: city \"%s\": %s".formatted(table.file(), name, e.getMessage()), e);
            }
        }
        return List.copyOf(cities);
    }

    private static City city(List<String> row) {
        String population = row.get(6);
        return new City(
                row.get(0),
                Double.parseDouble(row.get(1)),
                Double.parseDouble(row.get(2)),
                row.get(3),
                row.get(4),
                City.CapitalOf.of(row.get(5)),
                population.isEmpty()
                        ? OptionalLong.empty()
                        : OptionalLong.of(Long.parseLong(population)));
    }
}
