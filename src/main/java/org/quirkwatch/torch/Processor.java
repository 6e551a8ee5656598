package org.quirkwatch.torch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/// What the processor says of itself.
final class Processor {

    /// AVX-512 or AMX (x86), or SVE and NEON (Arm) with bfloat16 dot products.
    private static final Pattern BFLOAT16 =
            Pattern.compile("\\b(avx512_bf16|amx_bf16|svebf16|bf16)\\b");

    static final boolean FAST_AT_BFLOAT16 = isFastAtBfloat16(Path.of("/proc/cpuinfo"));

    private Processor() {}

    /// False where the processor does not say (systems other than Linux).
    static boolean isFastAtBfloat16(Path cpuInfo) {
        try {
            return Files.isReadable(cpuInfo) && BFLOAT16.matcher(Files.readString(cpuInfo)).find();
        } catch (IOException e) {
            return false;
        }
    }
}
