package org.quirkwatch.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quirkwatch.problem.Problem;

class FolderSourceTest {

    @TempDir private Path folder;

    @BeforeEach
    void write() throws IOException {
        EvaluationFolder.write(folder, 5, 3);
    }

    @Test
    void rowsAreReadInTheirOrderUpToALimit() {
        EvaluationData data = new FolderSource(folder).data(Shift.AS_GIVEN, 4);
        assertThat(data.trusted().stream().map(row -> row.signal().id()))
                .containsExactly("t0", "t1", "t2", "t3");
        assertThat(data.untrusted()).isEmpty();
        assertThat(data.test().stream().map(row -> row.signal().id()))
                .containsExactly("n0", "n1", "n2", "a0", "a1", "a2");
        assertThat(data.anomalous().get(1).agreement()).isEqualTo(Optional.of(false));
        assertThat(data.name()).isEqualTo(folder.getFileName().toString());
    }

    @Test
    void aMissingFileIsNamedBeforeAnythingIsRead() throws IOException {
        Files.delete(folder.resolve("anomalous.jsonl"));
        assertThatThrownBy(() -> new FolderSource(folder))
                .isInstanceOf(Problem.class)
                .hasMessageStartingWith("anomalous.jsonl: there is no such file in the folder ");
        assertThatThrownBy(() -> new FolderSource(folder.resolve("normal.jsonl")))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("normal.jsonl: is no folder");
    }

    @Test
    void aClassWithoutRowsIsRefused() throws IOException {
        Files.writeString(folder.resolve("normal.jsonl"), "\n\n");
        assertRefused("normal.jsonl: holds no signal, expected one or more");
    }

    @Test
    void anIdThatIsThereTwiceIsNamedWithFileAndLine() throws IOException {
        Files.write(
                folder.resolve("normal.jsonl"),
                List.of(
                        EvaluationFolder.row("n0", "one", 0),
                        "",
                        EvaluationFolder.row("t3", "two", 0)));
        assertRefused(
                "normal.jsonl, line 3: the id \"t3\" is there before, in trusted.jsonl, expected each once");
    }

    @Test
    void aLineThatIsNoSignalIsNamedWithItsField() throws IOException {
        Files.writeString(folder.resolve("anomalous.jsonl"), "{\"prompt\": \"x\", \"label\": 3}\n");
        assertRefused("anomalous.jsonl, line 1", "/label");
        Files.writeString(folder.resolve("anomalous.jsonl"), "{\"prompt\": \"x\"\n");
        assertRefused("anomalous.jsonl, line 1");
        Files.writeString(
                folder.resolve("anomalous.jsonl"),
                "{\"prompt\": \"x\", \"metadata\": {\"agreement\": 1}}\n");
        assertRefused("anomalous.jsonl, line 1: /metadata/agreement is 1, expected true or false");
    }

    @Test
    void rowsWithoutIdsMayBeInEveryFile() throws IOException {
        for (String file : List.of("trusted", "normal", "anomalous")) {
            Files.writeString(
                    folder.resolve(file + ".jsonl"), "{\"prompt\": \"x\"}\n{\"prompt\": \"y\"}\n");
        }
        EvaluationData data = new FolderSource(folder).data(Shift.AS_GIVEN, 10);
        assertThat(data.test()).hasSize(4);
        assertThat(data.normal().getFirst().agreement()).isEmpty();
    }

    private void assertRefused(String... parts) {
        assertThatThrownBy(() -> new FolderSource(folder).data(Shift.AS_GIVEN, 10))
                .isInstanceOf(Problem.class)
                .hasMessageContainingAll(parts);
    }
}
