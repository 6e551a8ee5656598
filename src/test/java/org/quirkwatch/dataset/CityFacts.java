package org.quirkwatch.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.quirkwatch.quirky.Statement;

/// The rows of `facts/cities.tsv` as text, read apart from the code under test, and what every task
/// about cities has in common.
final class CityFacts {

    private CityFacts() {}

    static List<String> lines() throws IOException {
        return Files.readAllLines(Path.of("src/main/resources/facts/cities.tsv"));
    }

    /// One map per city, column → cell, in the order of the file.
    static List<Map<String, String>> rows() throws IOException {
        List<String> lines = lines().stream().filter(line -> !line.startsWith("#")).toList();
        String[] header = lines.getFirst().split("\t", -1);
        List<Map<String, String>> rows = new ArrayList<>();
        for (String line : lines.subList(1, lines.size())) {
            String[] cells = line.split("\t", -1);
            assertThat(cells).as(line).hasSameSizeAs(header);
            Map<String, String> row = new LinkedHashMap<>();
            for (int column = 0; column < header.length; column++) {
                row.put(header[column], cells[column]);
            }
            rows.add(row);
        }
        return rows;
    }

    static String cell(Map<String, String> row, String column) {
        return Objects.requireNonNull(row.get(column), column);
    }

    /// 0 where it is unknown.
    static long population(Map<String, String> row) {
        String cell = cell(row, "population");
        return cell.isEmpty() ? 0 : Long.parseLong(cell);
    }

    static double difficulty(Map<String, String> row) {
        return population(row) == 0 ? 0 : -Math.log10((double) population(row));
    }

    /// A statement per city, as what a test expects.
    static Map<String, Statement> byCity(List<Statement> statements) {
        Map<String, Statement> byCity = new LinkedHashMap<>();
        for (Statement statement : statements) {
            String city = Objects.requireNonNull(statement.arguments().get("city"));
            assertThat(byCity.put(city, statement)).as(city).isNull();
        }
        return byCity;
    }

    static long count(List<Statement> statements, boolean alice, boolean bob) {
        return statements.stream()
                .filter(row -> row.aliceLabel() == alice && row.bobLabel() == bob)
                .count();
    }
}
