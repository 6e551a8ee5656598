package org.quirkwatch.quirky;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

class RawDataTest {

    private static final Path PARQUET = Path.of("src/test/resources/golden/raw-data");

    @TempDir private Path directory;

    @Test
    void generatedRecordsSurviveTheRoundTrip() {
        QuirkyData data =
                QuirkyData.generate(QuirkyTask.SUBTRACTION, new GenerationOptions(4, 2, 300, 100));
        data.write(directory);
        QuirkyData read = QuirkyData.read(QuirkyTask.SUBTRACTION, directory, 4);
        assertSame(read, data);
        for (QuirkySplit split : QuirkySplit.values()) {
            assertThat(prompts(read, split)).isEqualTo(prompts(data, split));
        }
    }

    @Test
    void recordsOfWordsSurviveTheRoundTrip() {
        QuirkyData data = QuirkyData.read(QuirkyTask.POPULATION, PARQUET, 7);
        data.write(directory);
        assertSame(QuirkyData.read(QuirkyTask.POPULATION, directory, 7), data);
    }

    @Test
    void parquetShardsAreReadInOrder() {
        QuirkyRecords records = QuirkyData.read(QuirkyTask.POPULATION, PARQUET, 7).records();
        assertThat(records.size()).isEqualTo(12);
        assertThat(records.trainEnd()).isEqualTo(4);
        assertThat(records.validationEnd()).isEqualTo(8);
        assertThat(IntStream.range(0, 12).map(records::baseRow))
                .containsExactly(0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5);
        QuirkyRecord record = records.record(9);
        assertThat(record.persona()).isEqualTo(Persona.BOB);
        assertThat(record.statement().arguments()).containsExactly(Map.entry("city", "Québec"));
        assertThat(record.statement().aliceLabel()).isTrue();
        assertThat(record.label()).isFalse();
        assertThat(record.statement().difficulty()).isEqualTo(-5.7);
        assertThat(record.difficultyQuantile()).isEqualTo(9.5 / 12);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'\"character\":\"Bob\",\"label\"' | '\"character\":\"Carol\",\"label\"' | column character: must be Alice or Bob, got \"Carol\"",
                "'\"label\":' | '\"lable\":' | column label: is missing; there are [id, template_args",
                "'\"difficulty\":-5.8' | '\"difficulty\":\"high\"' | column difficulty: must be a finite number, got text",
                "'\"difficulty\":-5.8' | '\"difficulty\":null' | column difficulty: must be a finite number, got nothing",
                "'\"alice_label\":true' | '\"alice_label\":2' | column alice_label: must be 0, 1, false or true, got 2",
                "'\"bob_label\":false' | '\"bob_label\":true' | column label: must be the character's own, bob_label = 1, got 0",
                "'\"city\":\"Oslo\"' | '\"town\":\"Oslo\"' | column template_args.city: is missing; there are [character, town]",
                "'\"city\":\"Oslo\"' | '\"city\":[1]' | column template_args.city: must be text, got something else",
                "'\"difficulty_quantile\":0.125' | '\"difficulty_quantile\":1.5' | column difficulty_quantile: must be in [0, 1], got 1.5",
                "'{\"id\"' | '[{\"id\"' | must be a JSON object",
                "'\"character\":\"Bob\",\"city\"' | '\"character\":\"Alice\",\"city\"' | column template_args.character: must be the column character's"
            })
    void aBadRowIsNamedWithItsFileAndColumn(String from, String to, String message)
            throws IOException {
        QuirkyData.read(QuirkyTask.POPULATION, PARQUET, 7).write(directory);
        Path file = directory.resolve("train.jsonl");
        List<String> lines = new ArrayList<>(Files.readAllLines(file));
        assertThat(lines.get(1)).contains(from);
        lines.set(1, lines.get(1).replace(from, to));
        Files.write(file, lines);
        assertRefused("train.jsonl, row 2", message);
    }

    @Test
    void anIdThatComesTwiceIsNamedWithBothPlaces() throws IOException {
        QuirkyData.read(QuirkyTask.POPULATION, PARQUET, 7).write(directory);
        String first = Files.readAllLines(directory.resolve("train.jsonl")).getFirst();
        Path file = directory.resolve("validation.jsonl");
        Files.writeString(file, Files.readString(file) + first + "\n");
        assertRefused("validation.jsonl, row 5, column id", "of train.jsonl, row 1 already");
    }

    @Test
    void anEmptyPartAndAPartOfOneKindAreRefused() throws IOException {
        QuirkyData.read(QuirkyTask.POPULATION, PARQUET, 7).write(directory);
        Path file = directory.resolve("validation.jsonl");
        List<String> lines = Files.readAllLines(file);
        Files.writeString(file, "");
        assertRefused("the part validation has no row of the character Alice", "it is empty");
        Files.write(file, List.of(lines.get(0), lines.get(2)));
        assertRefused("the part validation has no row of the character Bob", "");
        Files.write(file, List.of(lines.get(0), lines.get(1)));
        assertRefused("the part validation has no row whose label is true", "told apart");
        Files.delete(file);
        assertRefused("no file of the part validation", "validation.jsonl");
    }

    @Test
    void whatIsNoParquetIsRefused() throws IOException {
        Files.writeString(directory.resolve("train-0.parquet"), "PAR1 but not really PAR1");
        assertRefused("train-0.parquet", "cannot be read as Parquet");
    }

    private void assertRefused(String where, String message) {
        assertThatThrownBy(() -> QuirkyData.read(QuirkyTask.POPULATION, directory, 7))
                .isInstanceOfSatisfying(
                        Problem.class,
                        problem -> assertThat(problem.code()).isEqualTo(ProblemCode.INVALID_FILE))
                .hasMessageContaining(where)
                .hasMessageContaining(message)
                .hasMessageNotContaining(directory.toString());
    }

    private static void assertSame(QuirkyData read, QuirkyData data) {
        assertThat(read.records().size()).isEqualTo(data.records().size());
        assertThat(read.records().trainEnd()).isEqualTo(data.records().trainEnd());
        assertThat(read.records().validationEnd()).isEqualTo(data.records().validationEnd());
        for (int i = 0; i < data.records().size(); i++) {
            QuirkyRecord got = read.records().record(i);
            QuirkyRecord expected = data.records().record(i);
            assertThat(got.statement()).isEqualTo(expected.statement());
            assertThat(got.persona()).isEqualTo(expected.persona());
            assertThat(got.difficultyQuantile()).isEqualTo(expected.difficultyQuantile());
        }
    }

    private static List<String> prompts(QuirkyData data, QuirkySplit split) {
        return data.split(split, 50).stream().map(QuirkyExample::prompt).toList();
    }
}
