package org.quirkwatch.torch;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/// Packs a TorchScript source into the archive that libtorch loads: a zip of stored entries with
/// the source, an empty table of constants, and a module object without state. The two pickles are
/// written here byte by byte; none is read.
final class ProgramArchive {

    /// Protocol 2: an object of class `__torch__.P`, made without its constructor, with the state
    /// `{"training": False}`.
    private static final byte[] MODULE =
            pickle("c__torch__\nP\n", ")\u0081", "}", text("training"), "\u0089", "s", "b");

    /// Protocol 2: the empty tuple.
    private static final byte[] NO_CONSTANTS = pickle(")");

    private ProgramArchive() {}

    static byte[] pack(String source) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            store(zip, "p/data.pkl", MODULE);
            store(zip, "p/constants.pkl", NO_CONSTANTS);
            store(zip, "p/code/__torch__.py", source.getBytes(StandardCharsets.UTF_8));
            store(zip, "p/version", "3\n".getBytes(StandardCharsets.US_ASCII));
        }
        return bytes.toByteArray();
    }

    private static void store(ZipOutputStream zip, String name, byte[] content) throws IOException {
        CRC32 crc = new CRC32();
        crc.update(content);
        ZipEntry entry = new ZipEntry(name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(content.length);
        entry.setCrc(crc.getValue());
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
    }

    private static byte[] pickle(String... opcodes) {
        return ("\u0080\u0002" + String.join("", opcodes) + ".")
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String text(String text) {
        // BINUNICODE: a little-endian length of four bytes, then the characters.
        return "X" + (char) text.length() + "\0\0\0" + text;
    }
}
