package org.quirkwatch.access;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.web.ProblemWriter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtDecoderInitializationException;
import org.springframework.security.oauth2.jwt.JwtException;
import org.springframework.security.oauth2.jwt.JwtValidationException;
import org.springframework.security.web.authentication.AuthenticationFailureHandler;

/// Answers callers whose token was not taken: a token that is wrong is theirs, an issuer that
/// cannot be asked is not. Thread-safe.
final class TokenFailures implements AuthenticationFailureHandler {

    private static final Logger LOG = LoggerFactory.getLogger(TokenFailures.class);

    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);
    private static final int MAX_REASON = 500;

    private final Refusals refusals;
    private final ProblemWriter problems;

    /// One line a second, whoever sends how many tokens.
    private final TokenBucket logged = TokenBucket.ofFlood();

    TokenFailures(Refusals refusals, ProblemWriter problems) {
        this.refusals = refusals;
        this.problems = problems;
    }

    /// A decoder whose every failure this class answers. One that asks its issuer when the first
    /// token comes says by an exception of another family that the issuer does not answer.
    static JwtDecoder answered(JwtDecoder decoder) {
        return token -> {
            try {
                return decoder.decode(token);
            } catch (JwtDecoderInitializationException e) {
                throw new JwtException(
                        "the issuer's keys cannot be found",
                        Objects.requireNonNullElse(e.getCause(), e));
            }
        };
    }

    @Override
    public void onAuthenticationFailure(
            HttpServletRequest request, HttpServletResponse response, AuthenticationException e)
            throws IOException {
        if (e instanceof AuthenticationServiceException) {
            if (logged.take(System.nanoTime()).taken()) {
                LOG.warn("tokens cannot be checked: {}", reason(e));
            }
            problems.write(
                    Problem.retryAfter(
                            ProblemCode.ACCESS_UNAVAILABLE,
                            "tokens cannot be checked: their issuer does not answer",
                            RETRY_AFTER),
                    request,
                    response);
            return;
        }
        String fault = claims(e.getCause()).map(what -> ": " + what).orElse("");
        refusals.failed(request, "a token that is not valid" + fault);
        refusals.unauthorized("the token is not valid" + fault, request, response);
    }

    /// What is wrong with the claims of a token that the issuer did sign; empty of any other, for
    /// nothing that a stranger makes up is repeated.
    private static Optional<String> claims(@Nullable Throwable cause) {
        return cause instanceof JwtValidationException wrong
                ? Optional.of(
                        wrong.getErrors().stream()
                                .map(OAuth2Error::getDescription)
                                .distinct()
                                .collect(Collectors.joining("; ")))
                : Optional.empty();
    }

    /// The messages of its causes, the first of which names the issuer.
    private static String reason(AuthenticationException e) {
        return LoggedAudit.cut(
                Stream.iterate(e.getCause(), Objects::nonNull, Throwable::getCause)
                        .map(cause -> String.valueOf(cause.getMessage()))
                        .collect(Collectors.joining(": ")),
                MAX_REASON);
    }
}
