package org.quirkwatch.checkpoint;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.quirkwatch.torch.DType;

/// Looks through the bytes of a safetensors file for numbers that are infinite or NaN, which are
/// those whose exponent has all bits set. Eight bytes are looked at together: with all but the
/// exponents masked away, adding one unit of the exponent carries into the sign bit of just those
/// numbers. For one thread.
final class NonFinite {

    /// Bytes that a block must have after its end, where the file has them.
    static final int OVERLAP_BYTES = Long.BYTES - 1;

    private static final VarHandle WORD =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final SafetensorsFile file;
    private final List<TensorInfo> tensors;
    private long firstAt = Long.MAX_VALUE;

    NonFinite(SafetensorsFile file) {
        this.file = file;
        this.tensors = file.names().stream().map(file::info).toList();
    }

    /// The first number that any of several found, in words.
    static Optional<String> first(List<NonFinite> found) {
        return found.stream()
                .min(Comparator.comparingLong(each -> each.firstAt))
                .filter(each -> each.firstAt < Long.MAX_VALUE)
                .map(NonFinite::shown);
    }

    /// Looks at the elements that begin within a block.
    ///
    /// @param bytes the block, then [#OVERLAP_BYTES] more where the file has them
    /// @param at where in the file the block begins
    /// @param length bytes of the block
    void look(byte[] bytes, long at, int length) {
        for (int i = firstTensorAfter(at); i < tensors.size(); i++) {
            TensorInfo tensor = tensors.get(i);
            if (tensor.offset() >= at + length) {
                return;
            }
            Optional<Lanes> lanes = tensor.dtype().flatMap(Lanes::of);
            if (lanes.isPresent()) {
                look(bytes, at, length, tensor, lanes.get());
            }
        }
    }

    private void look(byte[] bytes, long at, int length, TensorInfo tensor, Lanes lanes) {
        int width = lanes.bytes;
        long skipped = Math.max(0, at - tensor.offset());
        long from = tensor.offset() + (skipped + width - 1) / width * width;
        long until = Math.min(at + length, tensor.offset() + tensor.byteLength());
        long elements = Math.max(0, (until - from + width - 1) / width);
        int start = (int) (from - at);
        int end = (int) (start + elements * width);
        if (!lanes.finite(bytes, start, end)) {
            int element = start;
            while (lanes.finite(bytes, element, element + width)) {
                element += width;
            }
            firstAt = Math.min(firstAt, at + element);
        }
    }

    /// The index of the first tensor that does not end before a place in the file.
    private int firstTensorAfter(long at) {
        int low = 0;
        int high = tensors.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            TensorInfo tensor = tensors.get(middle);
            if (tensor.offset() + tensor.byteLength() > at) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    private String shown() {
        TensorInfo tensor = tensors.get(firstTensorAfter(firstAt));
        int width = tensor.dtype().orElseThrow().bytes();
        return "%s: tensor %s holds NaN or infinity at element %d, expected finite numbers"
                .formatted(
                        file.name(),
                        Invalid.quote(tensor.name()),
                        (firstAt - tensor.offset()) / width);
    }

    /// Numbers of one format side by side in eight bytes.
    ///
    /// @param bytes of a number
    /// @param exponents the bits of the exponents
    /// @param units the lowest bit of each exponent
    /// @param signs the bit above each exponent
    private record Lanes(int bytes, long exponents, long units, long signs) {

        static Optional<Lanes> of(DType dtype) {
            return switch (dtype) {
                case FLOAT64 ->
                        Optional.of(lanes(8, 0x7ff0_0000_0000_0000L, 0x0010_0000_0000_0000L));
                case FLOAT32 -> Optional.of(lanes(4, 0x7f80_0000L, 0x0080_0000L));
                case FLOAT16 -> Optional.of(lanes(2, 0x7c00L, 0x0400L));
                case BFLOAT16 -> Optional.of(lanes(2, 0x7f80L, 0x0080L));
                case INT64 -> Optional.empty();
            };
        }

        private static Lanes lanes(int bytes, long exponent, long unit) {
            long exponents = 0;
            long units = 0;
            for (int shift = 0; shift < Long.SIZE; shift += bytes * Byte.SIZE) {
                exponents |= exponent << shift;
                units |= unit << shift;
            }
            // The mask has no bit above an exponent, so this carry never leaves its number.
            return new Lanes(bytes, exponents, units, (exponents + units) & ~exponents);
        }

        boolean finite(byte[] values, int from, int to) {
            long carries = 0;
            int i = from;
            for (; i <= to - Long.BYTES; i += Long.BYTES) {
                carries |= ((long) WORD.get(values, i) & exponents) + units;
            }
            long rest = 0;
            for (int shift = 0; i < to; i++, shift += Byte.SIZE) {
                rest |= (values[i] & 0xffL) << shift;
            }
            carries |= (rest & exponents) + units;
            return (carries & signs) == 0;
        }
    }
}
