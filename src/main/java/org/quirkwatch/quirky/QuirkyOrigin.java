package org.quirkwatch.quirky;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.quirkwatch.bundled.Bundled;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Which rows a quirky model learnt from. It stands beside the model's weights as `quirky.json`, so
/// that whoever finds the model finds held-out rows for it.
///
/// @param task what was learnt
/// @param seed of the data: for generated rows it decides all, for read ones names and forms
/// @param digits of the largest operand, for a generated task; 0 for one whose rows are read
public record QuirkyOrigin(QuirkyTask task, long seed, int digits) {

    /// The name of the file.
    public static final String FILE = "quirky.json";

    public QuirkyOrigin {
        int most = task.isGenerated() ? GenerationOptions.MAX_DIGITS : 0;
        int least = task.isGenerated() ? 1 : 0;
        if (!(digits >= least && digits <= most)) {
            throw new IllegalArgumentException(
                    "digits of %s must be in [%d, %d], got %d"
                            .formatted(task.text(), least, most, digits));
        }
    }

    /// The rows that the small models of this project learn from.
    ///
    /// @param seed as the record has it
    public static QuirkyOrigin zoo(QuirkyTask task, long seed) {
        return new QuirkyOrigin(task, seed, task.arithmetic().map(Arithmetic::zooDigits).orElse(0));
    }

    /// The data.
    ///
    /// @param directory of a task whose rows are read, a data set in the published raw format; the
    ///   one that comes with the project where it is empty
    /// @throws Problem `invalid-request` for a directory of a task that generates its rows,
    ///   `invalid-file` as [QuirkyData#read] has it
    public QuirkyData data(Optional<Path> directory) {
        if (directory.isPresent()) {
            return QuirkyData.read(task, directory.get(), seed);
        }
        if (task.isGenerated()) {
            return QuirkyData.generate(task, GenerationOptions.of(task, seed, digits));
        }
        return QuirkyData.read(task, Bundled.data(task.text()), seed);
    }

    /// What `quirky.json` holds.
    public Map<String, Object> document() {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("task", task.text());
        document.put("seed", seed);
        if (task.isGenerated()) {
            document.put("digits", digits);
        }
        return document;
    }

    /// Reads `quirky.json`.
    ///
    /// @param model a model's directory
    /// @return empty where there is none
    /// @throws Problem `invalid-file` naming the field that is wrong
    public static Optional<QuirkyOrigin> read(Path model) {
        Path file = model.resolve(FILE);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            JsonNode document = JsonMapper.builder().build().readTree(Files.readString(file));
            JsonNode task = document.path("task");
            JsonNode seed = document.path("seed");
            if (!task.isString() || !seed.canConvertToLong()) {
                throw new Problem(
                        ProblemCode.INVALID_FILE,
                        "%s: must have task (text) and seed (a whole number), has %s"
                                .formatted(FILE, fields(document)));
            }
            return Optional.of(
                    new QuirkyOrigin(
                            QuirkyTask.parse(task.asString()),
                            seed.asLong(),
                            document.path("digits").asInt(0)));
        } catch (IOException | JacksonException e) {
            throw new Problem(
                    ProblemCode.INVALID_FILE, FILE + ": must be a JSON object in UTF-8", e);
        } catch (IllegalArgumentException e) {
            throw new Problem(
                    ProblemCode.INVALID_FILE, "%s: %s".formatted(FILE, e.getMessage()), e);
        }
    }

    private static String fields(JsonNode document) {
        return document.propertyNames().stream().collect(Collectors.joining(", ", "[", "]"));
    }
}
