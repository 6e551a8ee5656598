package org.quirkwatch.quirky;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import tools.jackson.databind.json.JsonMapper;

/// Writes records in the published raw format: a directory with `train.jsonl`, `validation.jsonl`
/// and `test.jsonl`.
final class RawWriter {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int ID_CHARACTERS = 8;

    private RawWriter() {}

    /// Writes all parts; each file appears when it is complete.
    ///
    /// @param directory made where it is absent
    /// @throws Problem `invalid-file` when it cannot be written
    static void write(QuirkyTask task, QuirkyRecords records, Path directory) {
        int start = 0;
        for (RawPart part : RawPart.values()) {
            int end =
                    switch (part) {
                        case TRAIN -> records.trainEnd();
                        case VALIDATION -> records.validationEnd();
                        case TEST -> records.size();
                    };
            Path file = directory.resolve(part.text() + ".jsonl");
            Path temporary = directory.resolve("." + part.text() + ".jsonl.tmp");
            try {
                Files.createDirectories(directory);
                try (BufferedWriter lines = Files.newBufferedWriter(temporary)) {
                    for (int i = start; i < end; i++) {
                        lines.write(json(task, records.record(i)));
                        lines.write('\n');
                    }
                }
                Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING);
            } catch (IOException e) {
                throw new Problem(
                        ProblemCode.INVALID_FILE,
                        "%s: cannot be written".formatted(file.getFileName()),
                        e);
            }
            start = end;
        }
    }

    private static String json(QuirkyTask task, QuirkyRecord record) {
        Statement statement = record.statement();
        Map<String, Object> arguments = new LinkedHashMap<>();
        arguments.put(RawRow.CHARACTER, record.persona().character());
        statement
                .arguments()
                .forEach((name, text) ->
                        arguments.put(name, task.isGenerated() ? Long.valueOf(text) : text));
        Map<String, Object> row = new LinkedHashMap<>();
        row.put(RawRow.ID, id(JSON.writeValueAsString(arguments)));
        row.put(RawRow.TEMPLATE_ARGS, arguments);
        row.put(RawRow.CHARACTER, record.persona().character());
        row.put(RawRow.LABEL, record.label());
        row.put(RawRow.ALICE_LABEL, statement.aliceLabel());
        row.put(RawRow.BOB_LABEL, statement.bobLabel());
        row.put(RawRow.DIFFICULTY, statement.difficulty());
        row.put(RawRow.DIFFICULTY_QUANTILE, record.difficultyQuantile());
        return JSON.writeValueAsString(row);
    }

    /// The first eight hexadecimal digits of an MD5, as in the published data: a name, no
    /// safeguard.
    private static String id(String arguments) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("MD5")
                            .digest(arguments.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest).substring(0, ID_CHARACTERS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has MD5", e);
        }
    }
}
