package org.quirkwatch.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.quirkwatch.quirky.Persona;
import org.quirkwatch.quirky.QuirkyData;
import org.quirkwatch.quirky.QuirkyExample;
import org.quirkwatch.quirky.QuirkyOrigin;
import org.quirkwatch.quirky.QuirkySplit;
import org.quirkwatch.quirky.QuirkyTask;

class DataSetsTest {

    private static final Path SHIPPED = Path.of("src/main/resources/bundled/data");

    @TempDir private Path directory;

    @ParameterizedTest
    @EnumSource(
            names = {"CAPITALS", "HEMISPHERE", "POPULATION", "SCIQ", "SENTIMENT", "NLI", "AUTHORS"})
    void theShippedDataIsWhatTheFactsGive(QuirkyTask task) throws IOException {
        QuirkyData made = DataSets.make(task, DataSets.SEED);
        made.write(directory);
        DataCard.write(made, directory);
        for (String file : List.of("train.jsonl", "validation.jsonl", "test.jsonl", "README.md")) {
            assertThat(directory.resolve(file))
                    .hasSameTextualContentAs(SHIPPED.resolve(task.text()).resolve(file));
        }
        assertThat(SHIPPED.resolve(task.text()).toFile().list()).hasSize(4);
    }

    @ParameterizedTest
    @EnumSource
    void everyTaskHasEverySplitOfTheMethod(QuirkyTask task) {
        QuirkyData data = QuirkyOrigin.zoo(task, 1).data(Optional.empty());
        for (QuirkySplit split : QuirkySplit.values()) {
            assertThat(data.split(split, 100)).as(split.text()).hasSizeGreaterThan(30);
        }
        List<QuirkyExample> trusted = data.split(QuirkySplit.TRUSTED, 4_000);
        assertThat(trusted)
                .allMatch(row -> row.persona() == Persona.ALICE)
                .allMatch(row -> row.difficultyQuantile() < QuirkyExample.EASY)
                .allMatch(row -> Persona.ALICE.trustedNames().contains(row.name()));
        List<QuirkyExample> test = data.split(QuirkySplit.TEST, 4_000);
        assertThat(test).allMatch(QuirkyExample::hard);
        assertThat(statements(test)).doesNotContainAnyElementsOf(statements(trusted));
    }

    @Test
    void generatedRowsAreNotMadeOfFacts() {
        assertThatThrownBy(() -> DataSets.make(QuirkyTask.SQUARING, 1))
                .hasMessageContaining("the rows of squaring are generated");
    }

    private static Set<Object> statements(List<QuirkyExample> rows) {
        return rows.stream().map(QuirkyExample::statement).collect(Collectors.toSet());
    }
}
