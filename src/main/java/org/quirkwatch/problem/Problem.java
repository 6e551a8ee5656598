package org.quirkwatch.problem;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The one exception that crosses packages: something that the caller (of an endpoint or of a
/// command) can understand and mend. Mistakes of the programmer stay `IllegalArgumentException` and
/// `IllegalStateException`.
///
/// The detail says what was wrong, with the value and the limit. It is shown to callers, so it
/// names files by their name, never by their path, and carries no secret.
public final class Problem extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final ProblemCode code;
    private final transient List<FieldError> errors;
    private final @Nullable Duration retryAfter;

    /// One place in a request body and what is wrong there.
    ///
    /// @param pointer a JSON pointer (RFC 6901) into the body, such as `/signals/3/label`
    /// @param detail what is wrong there, with the value and the limit
    public record FieldError(String pointer, String detail) {}

    /// @param code what kind of problem
    /// @param detail what was wrong, with the value and the limit
    public Problem(ProblemCode code, String detail) {
        this(code, detail, List.of(), null, null);
    }

    /// @param code what kind of problem
    /// @param detail what was wrong, with the value and the limit
    /// @param cause what was caught; for the log, never shown
    public Problem(ProblemCode code, String detail, @Nullable Throwable cause) {
        this(code, detail, List.of(), cause, null);
    }

    /// @param code what kind of problem
    /// @param detail what was wrong, with the value and the limit
    /// @param errors the places in the body
    public Problem(ProblemCode code, String detail, List<FieldError> errors) {
        this(code, detail, errors, null, null);
    }

    private Problem(
            ProblemCode code,
            String detail,
            List<FieldError> errors,
            @Nullable Throwable cause,
            @Nullable Duration retryAfter) {
        super(detail, cause);
        this.code = code;
        this.retryAfter = retryAfter;
        this.errors = List.copyOf(errors);
    }

    /// A problem that passes.
    ///
    /// @param retryAfter when the same may succeed, in whole seconds
    public static Problem retryAfter(ProblemCode code, String detail, Duration retryAfter) {
        return new Problem(code, detail, List.of(), null, retryAfter);
    }

    /// After what time the same may succeed; empty where nothing is known of it.
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }

    /// What kind of problem.
    public ProblemCode code() {
        return code;
    }

    /// What was wrong, with the value and the limit.
    public String detail() {
        return String.valueOf(getMessage());
    }

    /// The places in the body, in its order; empty where the problem is not about a body.
    public List<FieldError> errors() {
        return errors;
    }
}
