package org.quirkwatch.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.quirkwatch.problem.Problem;

class NpyFileTest {

    private static final String GOOD =
            "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 1), }";

    @TempDir Path folder;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'descr': '>f8', 'fortran_order': False, 'shape': (2, 1)} | is \">f8\", expected",
                "{'descr': '<i8', 'fortran_order': False, 'shape': (2, 1)} | is \"<i8\", expected",
                "{'descr': '=O', 'fortran_order': False, 'shape': (2, 1)} | is \"=O\", expected",
                "{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (2,)} | holds records",
                "{'descr': '<f8', 'fortran_order': False, 'shape': (2,)} | the shape [2], expected",
                "{'descr': '<f8', 'fortran_order': False, 'shape': ()} | the shape [], expected",
                "{'descr': '<f8', 'fortran_order': False, 'shape': (1, 2, 1)} | the shape [1, 2, 1]",
                "{'descr': '<f8', 'fortran_order': False, 'shape': (2, -1)} | expected a size",
                "{'descr': '<f8', 'fortran_order': False, 'shape': (2 1)} | expected \")\"",
                "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 1.0)} | expected \")\"",
                "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 99999999999999999999)}"
                        + " | more than 536870912",
                "{'descr': '<f8', 'fortran_order': False, 'shape': (500000000, 500000000)} | bytes",
                "{'descr': '<f8', 'fortran_order': 0, 'shape': (2, 1)} | expected True or False",
                "{'descr': '<f8', 'shape': (2, 1)} | has the keys [descr, shape], expected",
                "{'descr': '<f8', 'descr': '<f8', 'shape': (2, 1)} | expected each key once",
                "{'descr': '<f8', 'order': False, 'shape': (2, 1)} | shape only",
                "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 1)} x | expected nothing after",
                "{'descr': '<f8' | expected \"}\"",
                "{'descr | expected a text in quotes",
                "{'descr': __import__('os') | expected a text in quotes",
                "[] | expected \"{\"",
                "{'descr': '<f8', 'fortran_order': False, 'shape': (3, 1)} | bytes, the shape [3, 1]",
                "{'descr': '<f8', 'fortran_order': False, 'shape': (1, 1)} | bytes, the shape [1, 1]"
            })
    void anythingButAMatrixOfLittleEndianFloatsIsRefused(String header, String part)
            throws IOException {
        Path file = write(1, 0, header, 16);
        assertThatThrownBy(() -> NpyFile.open(file))
                .isInstanceOf(Problem.class)
                .hasMessageStartingWith("x.npy: ")
                .hasMessageContaining(part);
    }

    @Test
    void aGoodHeaderOfEitherKindOfQuotesIsRead() throws IOException {
        for (String header : new String[] {GOOD, GOOD.replace('\'', '"'), "  " + GOOD + "\n"}) {
            NpyFile file = NpyFile.open(write(1, 0, header, 16));
            assertThat(file.read().toArray()).containsExactly(0, 0);
        }
    }

    @Test
    void otherVersionsAndLongHeadersAreRefused() throws IOException {
        Path four = write(4, 0, GOOD, 16);
        assertThatThrownBy(() -> NpyFile.open(four)).hasMessageContaining("version 4.0, expected");
        Path minor = write(1, 7, GOOD, 16);
        assertThatThrownBy(() -> NpyFile.open(minor)).hasMessageContaining("version 1.7");
        byte[] bytes = Files.readAllBytes(write(2, 0, GOOD, 16));
        Arrays.fill(bytes, 8, 12, (byte) 0xff);
        Files.write(folder.resolve("x.npy"), bytes);
        assertThatThrownBy(() -> NpyFile.open(folder.resolve("x.npy")))
                .hasMessageContaining("length is 4294967295 bytes, expected at most 65536");
    }

    @Test
    void aFileThatEndsAnywhereOrIsDamagedAnywhereGivesAProblemOrAMatrix() throws IOException {
        byte[] whole = Files.readAllBytes(write(1, 0, GOOD, 16));
        Path file = folder.resolve("x.npy");
        for (int length = 6; length < whole.length; length++) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> NpyFile.open(file))
                    .isInstanceOf(Problem.class)
                    .hasMessageContaining("truncated?");
        }
        Random random = new Random(1);
        for (int i = 0; i < 2000; i++) {
            byte[] damaged = whole.clone();
            damaged[6 + random.nextInt(whole.length - 22)] = (byte) random.nextInt(256);
            Files.write(file, damaged);
            try {
                assertThat(NpyFile.open(file).read().toArray()).hasSize(2);
            } catch (Problem e) {
                assertThat(e.detail()).startsWith("x.npy: ");
            }
        }
    }

    private Path write(int major, int minor, String header, int dataBytes) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', (byte) major, (byte) minor});
        byte[] text = header.getBytes(StandardCharsets.ISO_8859_1);
        for (int i = 0; i < (major == 1 ? 2 : 4); i++) {
            bytes.write(text.length >>> (8 * i));
        }
        bytes.write(text);
        bytes.write(new byte[dataBytes]);
        Path file = folder.resolve("x.npy");
        try (OutputStream out = Files.newOutputStream(file)) {
            bytes.writeTo(out);
        }
        return file;
    }
}
