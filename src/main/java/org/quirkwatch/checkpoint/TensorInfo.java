package org.quirkwatch.checkpoint;

import java.util.Arrays;
import java.util.Optional;
import org.quirkwatch.torch.DType;

/// What a safetensors header says of a tensor, checked against the file.
///
/// @param name the tensor's name
/// @param format the number format's name in the header, such as `BF16`
/// @param shape sizes of the dimensions, each 0 or more; empty for a single value
/// @param offset bytes from the start of the file
/// @param byteLength bytes of the values, row-major and little-endian
public record TensorInfo(String name, String format, long[] shape, long offset, long byteLength) {

    /// Copies the shape.
    public TensorInfo {
        shape = shape.clone();
    }

    /// The sizes of the dimensions, a copy.
    @Override
    public long[] shape() {
        return shape.clone();
    }

    /// The number format, empty for one that we do not compute with (such as `U8`).
    public Optional<DType> dtype() {
        return DType.ofSafetensorsName(format);
    }

    /// The number of elements.
    public long elements() {
        long product = 1;
        for (long size : shape) {
            product *= size;
        }
        return product;
    }

    /// The shape as text, such as `[128, 64]`.
    public String shapeText() {
        return Arrays.toString(shape);
    }
}
