package org.quirkwatch.artifact;

import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

/// What is wrong with a file of an artifact: the problem `invalid-artifact`.
final class InvalidArtifact {

    private InvalidArtifact() {}

    static Problem of(String file, String detail) {
        return new Problem(ProblemCode.INVALID_ARTIFACT, file + ": " + detail);
    }

    static Problem of(String file, RuntimeException cause) {
        return new Problem(
                ProblemCode.INVALID_ARTIFACT,
                file + ": " + shortened(String.valueOf(cause.getMessage())),
                cause);
    }

    static Problem of(String file, String what, RuntimeException cause) {
        return new Problem(
                ProblemCode.INVALID_ARTIFACT,
                "%s: %s: %s".formatted(file, what, shortened(String.valueOf(cause.getMessage()))),
                cause);
    }

    /// What comes from a file may be long.
    static String shortened(String message) {
        String line = message.lines().findFirst().orElse("");
        return line.length() <= 300 ? line : line.substring(0, 300) + "…";
    }
}
