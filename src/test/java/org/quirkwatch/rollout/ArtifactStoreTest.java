package org.quirkwatch.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quirkwatch.artifact.Artifact;
import org.quirkwatch.artifact.ArtifactDirectory;
import org.quirkwatch.bundled.Bundled;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

class ArtifactStoreTest {

    private static final String OTHER = "sha256:" + "0".repeat(64);

    private final Artifact artifact = ArtifactDirectory.read(Bundled.detector());

    @TempDir private Path folder;

    @Test
    void whatIsKeptIsFoundByItsDigestReadAgainAndRemoved() throws IOException {
        Path root = folder.resolve("made/when/needed");
        ArtifactStore store = new ArtifactStore(root, 1, 1 << 30);
        assertThat(store.digests()).isEmpty();
        store.keep(artifact);
        store.keep(artifact);
        assertThat(store.digests()).containsExactly(artifact.digest());
        assertThat(store.read(artifact.digest())).isEqualTo(artifact);
        assertThat(store.keptAt(artifact.digest())).isPresent();
        assertThat(store.remove(artifact.digest())).isTrue();
        assertThat(store.remove(artifact.digest())).isFalse();
        try (Stream<Path> left = Files.list(root)) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void refusesMoreThanItMayHoldAndLeavesNothingOfIt() throws IOException {
        ArtifactStore full = new ArtifactStore(folder, 0, 1 << 30);
        assertThatThrownBy(() -> full.keep(artifact)).hasMessageContaining("at most 0");
        ArtifactStore small = new ArtifactStore(folder, 5, 1_000);
        assertThatThrownBy(() -> small.keep(artifact)).hasMessageContaining("at most 1000");
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void whatDoesNotHaveItsDigestIsNotRead() {
        ArtifactStore store = new ArtifactStore(folder, 5, 1 << 30);
        ArtifactDirectory.write(artifact, folder.resolve("0".repeat(64)));
        assertCode(() -> store.read(OTHER), ProblemCode.INVALID_ARTIFACT);
        assertCode(() -> store.read("sha256:" + "1".repeat(64)), ProblemCode.UNKNOWN_DETECTOR);
        assertCode(() -> store.read("sha256:../../etc"), ProblemCode.UNKNOWN_DETECTOR);
    }

    private static void assertCode(Runnable reading, ProblemCode code) {
        assertThatThrownBy(reading::run)
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.code()).isEqualTo(code));
    }
}
