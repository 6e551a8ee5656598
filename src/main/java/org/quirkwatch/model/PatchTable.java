package org.quirkwatch.model;

import java.util.ArrayList;
import java.util.List;
import org.quirkwatch.torch.Scope;
import org.quirkwatch.torch.Tensor;

/// The patches of a pass laid out for the decoder program. `decoder.py` says what each array holds.
///
/// @param patches in the order of the results
record PatchTable(List<Patch> patches) {

    /// Positions of all streams of a pass together: bounds its memory to about that of a large
    /// batch.
    private static final int STREAM_POSITIONS = 4096;

    private static final int FIELDS = 5;

    /// Patches cut so that the streams of a pass, one more than it has patches, are bounded; one
    /// patch at least in each. One part without any where there are none.
    ///
    /// @param positions of a stream: rows times what is fed from the last prompt token on
    static List<List<Patch>> parts(List<Patch> patches, int positions) {
        int most = Math.max(1, STREAM_POSITIONS / positions - 1);
        List<List<Patch>> parts = new ArrayList<>();
        for (int from = 0; from < Math.max(1, patches.size()); from += most) {
            parts.add(patches.subList(from, Math.min(from + most, patches.size())));
        }
        return parts;
    }

    /// `[patches, 5]`; without patches one row that nothing looks at.
    Tensor table(Scope host) {
        long[] flat = new long[Math.max(1, patches.size()) * FIELDS];
        int begin = 0;
        for (int i = 0; i < patches.size(); i++) {
            Patch patch = patches.get(i);
            flat[i * FIELDS] = patch.point().layer();
            flat[i * FIELDS + 1] = DecoderCodes.of(patch.point().site());
            flat[i * FIELDS + 2] = patch.from();
            flat[i * FIELDS + 3] = patch.values().columns();
            flat[i * FIELDS + 4] = begin;
            begin += patch.values().columns();
        }
        return host.tensor(flat, flat.length / FIELDS, FIELDS);
    }

    /// `[v]`, at least one.
    Tensor values(Scope scope) {
        int length = patches.stream().mapToInt(patch -> patch.values().columns()).sum();
        double[] flat = new double[Math.max(1, length)];
        int begin = 0;
        for (Patch patch : patches) {
            double[] values = patch.values().toArray();
            System.arraycopy(values, 0, flat, begin, values.length);
            begin += values.length;
        }
        return scope.tensor(flat, flat.length);
    }
}
