package org.quirkwatch.torch;

import java.util.Optional;

/// The number formats of tensors: PyTorch's code (what a program's `torch.to` takes), the name in a
/// safetensors header, and the size of an element.
public enum DType {
    /// IEEE 754 double precision.
    FLOAT64(7, "F64", 8),
    /// IEEE 754 single precision.
    FLOAT32(6, "F32", 4),
    /// IEEE 754 half precision.
    FLOAT16(5, "F16", 2),
    /// The upper half of a single-precision number. Lives inside programs only: the engine's Java
    /// side cannot read it.
    BFLOAT16(15, "BF16", 2),
    /// 64-bit signed integers.
    INT64(4, "I64", 8);

    private final int code;
    private final String safetensorsName;
    private final int bytes;

    DType(int code, String safetensorsName, int bytes) {
        this.code = code;
        this.safetensorsName = safetensorsName;
        this.bytes = bytes;
    }

    /// PyTorch's `ScalarType` code.
    public int code() {
        return code;
    }

    /// The name in a safetensors header, such as `BF16`.
    public String safetensorsName() {
        return safetensorsName;
    }

    /// Bytes of one element.
    public int bytes() {
        return bytes;
    }

    /// The format of a name in a safetensors header; empty where it is none that we compute with.
    public static Optional<DType> ofSafetensorsName(String name) {
        for (DType dtype : values()) {
            if (dtype.safetensorsName.equals(name)) {
                return Optional.of(dtype);
            }
        }
        return Optional.empty();
    }
}
