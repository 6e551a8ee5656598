package org.quirkwatch.signal;

import java.util.ArrayList;
import java.util.List;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

/// What is wrong in a body, in its order. Keeps the first ones and counts the rest, so that a
/// hostile body does not make a large answer.
final class Faults {

    private static final int MAX_KEPT = 50;

    private final List<Problem.FieldError> kept = new ArrayList<>();
    private int count;

    void add(String pointer, String detail) {
        count++;
        if (kept.size() < MAX_KEPT) {
            kept.add(new Problem.FieldError(pointer, detail));
        }
    }

    int count() {
        return count;
    }

    /// @param subject what is judged, such as `the signal`
    void throwIfAny(String subject) {
        if (count > 0) {
            String more =
                    count > kept.size() ? ", the first %d are listed".formatted(kept.size()) : "";
            String detail =
                    count == 1
                            ? "%s has a fault%s: %s"
                                    .formatted(
                                            subject,
                                            at(kept.getFirst().pointer()),
                                            kept.getFirst().detail())
                            : "%s has %d faults%s".formatted(subject, count, more);
            throw new Problem(ProblemCode.INVALID_SIGNAL, detail, kept);
        }
    }

    private static String at(String pointer) {
        return pointer.isEmpty() ? "" : " at " + pointer;
    }
}
