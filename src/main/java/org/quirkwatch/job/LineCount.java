package org.quirkwatch.job;

import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

/// Counts the lines of an input that are not blank, as it passes.
final class LineCount {

    private final long most;
    private long lines;
    private boolean blank = true;

    LineCount(long most) {
        this.most = most;
    }

    /// @throws Problem `payload-too-large` beyond the limit
    void add(byte[] bytes, int count) {
        for (int i = 0; i < count; i++) {
            byte b = bytes[i];
            if (b == '\n') {
                lines += blank ? 0 : 1;
                blank = true;
            } else if (b != ' ' && b != '\t' && b != '\r') {
                blank = false;
            }
        }
        require(lines);
    }

    /// How many there were; the last need not end.
    long end() {
        long all = lines + (blank ? 0 : 1);
        require(all);
        return all;
    }

    private void require(long count) {
        if (!(count <= most)) {
            throw new Problem(
                    ProblemCode.PAYLOAD_TOO_LARGE,
                    "the input has %d lines or more, at most %d".formatted(count, most));
        }
    }
}
