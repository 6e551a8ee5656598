package org.quirkwatch.detector;

import java.io.IOException;
import java.io.InputStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.quirkwatch.linalg.Matrix;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Reads what an independent program has written into `src/test/resources/golden`.
final class GoldenCases {

    private GoldenCases() {}

    /// The cases of a file.
    ///
    /// @param name of the file, without `.json`
    static Stream<JsonNode> of(String name) {
        try (InputStream in = GoldenCases.class.getResourceAsStream("/golden/" + name + ".json")) {
            JsonNode cases = JsonMapper.shared().readTree(in).get("cases");
            return StreamSupport.stream(cases.spliterator(), false);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /// A list of rows, or of numbers as one row.
    static Matrix matrix(JsonNode rows) {
        int columns = rows.get(0).isArray() ? rows.get(0).size() : rows.size();
        double[] values =
                StreamSupport.stream(rows.spliterator(), false)
                        .flatMap(row ->
                                row.isArray()
                                        ? StreamSupport.stream(row.spliterator(), false)
                                        : Stream.of(row))
                        .mapToDouble(JsonNode::asDouble)
                        .toArray();
        return Matrix.wrap(values.length / columns, columns, values);
    }
}
