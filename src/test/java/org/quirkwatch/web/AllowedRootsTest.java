package org.quirkwatch.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

class AllowedRootsTest {

    @TempDir private Path directory;
    private Path root = Path.of("/");
    private Path outside = Path.of("/");

    @BeforeEach
    void makeFiles() throws IOException {
        root = Files.createDirectories(directory.toRealPath().resolve("in/deep"));
        outside = Files.createDirectories(directory.toRealPath().resolve("out"));
        Files.writeString(root.resolve("signals.jsonl"), "{}");
        Files.writeString(outside.resolve("secret.txt"), "s3cr3t");
    }

    @Test
    void aFileBelowARootIsGivenWithoutItsLinks() throws IOException {
        AllowedRoots roots = new AllowedRoots(List.of(outside.resolve("gone"), root));
        Path file = root.resolve("signals.jsonl");
        Path link = Files.createSymbolicLink(root.resolve("link"), file);

        assertThat(roots.resolve(file.toString())).isEqualTo(file);
        assertThat(roots.resolve(link.toString())).isEqualTo(file);
        assertThat(roots.resolve(root + "/../deep/./signals.jsonl")).isEqualTo(file);
        assertThat(roots.resolve(root.toString())).isEqualTo(root);
    }

    @Test
    void aRootMayItselfBeALink() throws IOException {
        Path link = Files.createSymbolicLink(directory.resolve("mounted"), root);
        AllowedRoots roots = new AllowedRoots(List.of(link.toAbsolutePath()));

        assertThat(roots.resolve(link.toAbsolutePath() + "/signals.jsonl"))
                .isEqualTo(root.resolve("signals.jsonl"));
    }

    @Test
    void whatLeadsOutIsRefusedInTheSameWordsWhetherOrNotItExists() throws IOException {
        AllowedRoots roots = new AllowedRoots(List.of(root));
        Files.createSymbolicLink(root.resolve("file"), outside.resolve("secret.txt"));
        Files.createSymbolicLink(root.resolve("folder"), outside);
        Files.createSymbolicLink(root.resolve("dangling"), outside.resolve("nothing"));
        Files.createSymbolicLink(outside.resolve("back"), root);

        for (String path :
                List.of(
                        outside + "/secret.txt",
                        outside + "/nothing",
                        outside + "/back/signals.jsonl",
                        root + "/file",
                        root + "/folder/secret.txt",
                        root + "/folder/nothing",
                        root + "/folder/../../out/secret.txt",
                        root + "/../../out/secret.txt",
                        root + "-beside",
                        root + "/..")) {
            assertThat(refusal(roots, path))
                    .as(path)
                    .satisfies(problem -> {
                        assertThat(problem.code()).isEqualTo(ProblemCode.PATH_NOT_ALLOWED);
                        assertThat(problem.detail())
                                .endsWith(
                                        "is not an absolute path below a folder of"
                                                + " quirkwatch.paths.allowed-roots");
                    });
        }
    }

    @Test
    void aDanglingLinkTellsNothingOfWhereItLeads() throws IOException {
        AllowedRoots roots = new AllowedRoots(List.of(root));
        Files.createSymbolicLink(root.resolve("dangling"), outside.resolve("nothing"));

        assertThat(refusal(roots, root + "/dangling").detail()).doesNotContain("out");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "signals.jsonl", "../x", "a\u0000b", "/a\u0000b"})
    void whatIsNoAbsolutePathIsRefused(String given) {
        assertThat(refusal(new AllowedRoots(List.of(root)), given).code())
                .isEqualTo(ProblemCode.PATH_NOT_ALLOWED);
    }

    @Test
    void aMissingFileBelowARootIsSaidToBeMissing() {
        Problem problem = refusal(new AllowedRoots(List.of(root)), root + "/none.jsonl");

        assertThat(problem.code()).isEqualTo(ProblemCode.INVALID_FILE);
        assertThat(problem.detail()).contains("none.jsonl").contains("no such file");
    }

    @Test
    void withoutARootNothingMayBeNamed() {
        assertThat(refusal(new AllowedRoots(List.of()), root + "/signals.jsonl").detail())
                .isEqualTo(
                        "no path may be named here: quirkwatch.paths.allowed-roots names no folder");
    }

    @Test
    void aRootHasToBeAbsolute() {
        assertThatThrownBy(() -> new AllowedRoots(List.of(Path.of("data"))))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("must be absolute paths, got \"data\"");
    }

    private static Problem refusal(AllowedRoots roots, String given) {
        try {
            throw new AssertionError("it was allowed: " + roots.resolve(given));
        } catch (Problem e) {
            return e;
        }
    }
}
