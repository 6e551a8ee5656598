package org.quirkwatch.bundled;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quirkwatch.problem.Problem;

class BundledDirectoryTest {

    @TempDir Path folder;

    @Test
    void aDirectoryOfClassFoldersIsUsedInPlace() throws IOException {
        Path model = Files.createDirectories(folder.resolve("bundled dir/models/tiny"));
        Files.writeString(model.resolve("config.json"), "{}");
        try (URLClassLoader loader = loader(folder.resolve("bundled dir"))) {
            assertThat(BundledDirectory.of("models/tiny/config.json", loader).path())
                    .isEqualTo(model);
        }
    }

    @Test
    void aDirectoryOfAJarIsUnpackedOnceUnderItsOwnName() throws IOException {
        Path jar = folder.resolve("some.jar");
        try (OutputStream out = Files.newOutputStream(jar);
                JarOutputStream zip = new JarOutputStream(out)) {
            for (String name :
                    new String[] {"a/tiny/config.json", "a/tiny/b.bin", "a/tiny2/c.bin", "d.bin"}) {
                zip.putNextEntry(new JarEntry(name));
                zip.write(name.getBytes(StandardCharsets.UTF_8));
            }
        }
        try (URLClassLoader loader = loader(jar)) {
            BundledDirectory directory = BundledDirectory.of("a/tiny/config.json", loader);
            Path path = directory.path();
            assertThat(path).hasFileName("tiny").isSameAs(directory.path());
            assertThat(path).isDirectoryNotContaining(file -> file.endsWith("c.bin"));
            assertThat(path.resolve("config.json")).hasContent("a/tiny/config.json");
            assertThat(path.resolve("b.bin")).hasContent("a/tiny/b.bin");
            // The class loader's own view of the jar is still open.
            assertThat(loader.getResourceAsStream("d.bin")).isNotNull();
        }
    }

    @Test
    void whatABuildDoesNotHoldIsNamed() {
        assertThatThrownBy(() -> BundledDirectory.of("models/none/config.json").path())
                .isInstanceOf(Problem.class)
                .hasMessageContaining("models/none/config.json");
    }

    private static URLClassLoader loader(Path place) throws IOException {
        URL url = place.toUri().toURL();
        return new URLClassLoader(new URL[] {url}, null);
    }
}
