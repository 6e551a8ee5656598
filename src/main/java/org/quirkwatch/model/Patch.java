package org.quirkwatch.model;

import org.quirkwatch.linalg.Matrix;

/// Values put in the place of some of attention's at the last prompt token, in every text that is
/// run for a signal: its prompt with its label, and with each other choice. Everything behind that
/// token and that site follows from them.
///
/// @param point at `attn.hook_z` or `hook_attn_out`
/// @param from the first column that is replaced
/// @param values of that column and those behind it, `[1, columns]`, finite
public record Patch(HookPoint point, int from, Matrix values) {

    /// Checks the site and the sizes.
    public Patch {
        Site site = point.site();
        if (site != Site.ATTN_Z && site != Site.ATTN_OUT) {
            throw new IllegalArgumentException(
                    "a patch is at attn.hook_z or hook_attn_out, got " + point);
        }
        if (!(from >= 0 && values.rows() == 1 && values.columns() >= 1 && values.isFinite())) {
            throw new IllegalArgumentException(
                    "a patch has finite values [1, 1 or more] from a column of 0 or more, got [%d, %d] from %d"
                            .formatted(values.rows(), values.columns(), from));
        }
    }

    /// The column after the last that is replaced.
    public int to() {
        return from + values.columns();
    }
}
