package org.quirkwatch.access;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.web.ProblemWriter;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.web.filter.OncePerRequestFilter;

/// Finds out who came with a key or a session. A key that does not open is refused whatever it was
/// sent to; a session that has ended is nobody, so that the console can ask to sign in again.
/// Tokens are left to the filter behind, where there is one. Thread-safe.
final class KeyFilter extends OncePerRequestFilter {

    private final KeyRing keys;
    private final Sessions sessions;
    private final Refusals refusals;
    private final ProblemWriter problems;
    private final boolean tokens;

    /// @param tokens whether somebody behind looks at tokens
    KeyFilter(
            KeyRing keys,
            Sessions sessions,
            Refusals refusals,
            ProblemWriter problems,
            boolean tokens) {
        this.keys = keys;
        this.sessions = sessions;
        this.refusals = refusals;
        this.problems = problems;
        this.tokens = tokens;
    }

    @Override
    protected void doFilterInternal(
            HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        Optional<ApiKey> key;
        try {
            key = key(request);
        } catch (Problem e) {
            if (e.code() == ProblemCode.UNAUTHORIZED) {
                refusals.unauthorized(e.detail(), request, response);
            } else {
                problems.write(e, request, response);
            }
            return;
        }
        key.ifPresent(k -> {
            SecurityContext context = SecurityContextHolder.createEmptyContext();
            context.setAuthentication(new KeyAuthentication(k.identity()));
            SecurityContextHolder.setContext(context);
        });
        chain.doFilter(request, response);
    }

    private Optional<ApiKey> key(HttpServletRequest request) {
        Optional<Credentials> credentials = Credentials.of(request);
        if (credentials.isEmpty()) {
            return Optional.empty();
        }
        return switch (credentials.get().kind()) {
            case KEY -> Optional.of(opening(credentials.get().value(), request));
            case TOKEN ->
                    tokens
                            ? Optional.empty()
                            : Optional.of(opening(credentials.get().value(), request));
            case SESSION -> signedIn(credentials.get().value());
        };
    }

    private ApiKey opening(String presented, HttpServletRequest request) {
        return switch (keys.find(presented)) {
            case KeyRing.Found.Valid(ApiKey key) -> key;
            case KeyRing.Found.Expired(ApiKey key) -> {
                refusals.failed(request, "the key " + key.name() + " has expired");
                throw new Problem(
                        ProblemCode.UNAUTHORIZED,
                        "the key expired at " + key.expiresAt().orElseThrow());
            }
            case KeyRing.Found.Unknown() -> {
                refusals.failed(request, "no such key");
                throw new Problem(ProblemCode.UNAUTHORIZED, "the key or token is not valid");
            }
        };
    }

    private Optional<ApiKey> signedIn(String token) {
        return sessions.find(Secret.hash(token)).flatMap(session -> keys.valid(session.keyId()));
    }
}
