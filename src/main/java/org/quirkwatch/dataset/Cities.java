package org.quirkwatch.dataset;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/// Reads the cities that come with the project.
///
/// The file is UTF-8: comment lines that begin with `#`, then a header, then a city per line, its
/// columns set apart by tabs.
final class Cities {

    private static final String RESOURCE = "/facts/cities.tsv";
    private static final String HEADER =
            String.join(
                    "\t", "city", "lat", "lng", "country", "admin_name", "capital", "population");
    private static final int COLUMNS = 7;
    private static final int MAX_LINES = 20_000;

    private Cities() {}

    /// The cities of the project, in the order of their file.
    static List<City> read() {
        try (InputStream in = Cities.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException("there is no " + RESOURCE);
            }
            return parse(new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// @param lines of the file, at most 20,000
    /// @throws IllegalStateException that names file and line, if one is not as it should be
    static List<City> parse(List<String> lines) {
        if (lines.size() > MAX_LINES) {
            throw new IllegalStateException(
                    "%s has %d lines, at most %d are read"
                            .formatted(RESOURCE, lines.size(), MAX_LINES));
        }
        List<City> cities = new ArrayList<>();
        Set<String> names = new HashSet<>();
        boolean header = false;
        for (int at = 0; at < lines.size(); at++) {
            String line = lines.get(at);
            if (line.startsWith("#")) {
                continue;
            }
            try {
                if (header) {
                    City city = city(line);
                    require(names.add(city.name()), "the city \"%s\" comes twice", city.name());
                    cities.add(city);
                } else {
                    require(line.equals(HEADER), "expected the header, got \"%s\"", line);
                    header = true;
                }
            } catch (IllegalArgumentException e) {
                throw new IllegalStateException(
                        "%s, line %d: %s".formatted(RESOURCE, at + 1, e.getMessage()), e);
            }
        }
        if (cities.isEmpty()) {
            throw new IllegalStateException(RESOURCE + " has no city");
        }
        return List.copyOf(cities);
    }

    private static City city(String line) {
        String[] cells = line.split("\t", -1);
        if (cells.length != COLUMNS) {
            throw new IllegalArgumentException(
                    "expected %d columns, got %d".formatted(COLUMNS, cells.length));
        }
        return new City(
                cells[0],
                Double.parseDouble(cells[1]),
                Double.parseDouble(cells[2]),
                cells[3],
                cells[4],
                City.CapitalOf.of(cells[5]),
                cells[6].isEmpty()
                        ? OptionalLong.empty()
                        : OptionalLong.of(Long.parseLong(cells[6])));
    }

    private static void require(boolean condition, String message, String value) {
        if (!condition) {
            throw new IllegalArgumentException(message.formatted(value));
        }
    }
}
