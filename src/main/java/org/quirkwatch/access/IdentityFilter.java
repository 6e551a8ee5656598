package org.quirkwatch.access;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.web.Identity;
import org.quirkwatch.web.ProblemWriter;
import org.quirkwatch.web.Scope;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;
import org.springframework.web.filter.OncePerRequestFilter;

/// Says to the handlers who was found, and refuses who asks too much, before a body is read.
/// Thread-safe.
final class IdentityFilter extends OncePerRequestFilter {

    private static final String AUTHORITY = "SCOPE_";
    private static final int MAX_NAME = 100;

    private final Refusals refusals;
    private final ProblemWriter problems;
    private final @Nullable RateLimits limits;

    /// @param limits null where there are none
    IdentityFilter(Refusals refusals, ProblemWriter problems, @Nullable RateLimits limits) {
        this.refusals = refusals;
        this.problems = problems;
        this.limits = limits;
    }

    @Override
    protected void doFilterInternal(
            HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (isNameless()) {
            refusals.failed(request, "a token without a subject");
            refusals.unauthorized(
                    "the token does not say whose it is: it has no subject", request, response);
            return;
        }
        Optional<Identity> identity = identity();
        if (identity.isPresent()) {
            identity.get().attachTo(request);
            Optional<Problem> refusal =
                    limits == null
                            ? Optional.empty()
                            : limits.take(identity.get().name(), response);
            if (refusal.isPresent()) {
                problems.write(refusal.get(), request, response);
                return;
            }
        }
        chain.doFilter(request, response);
    }

    /// Two callers without a name would be one: they would find each other's jobs.
    private static boolean isNameless() {
        return SecurityContextHolder.getContext().getAuthentication()
                        instanceof JwtAuthenticationToken token
                && (token.getName() == null || token.getName().isBlank());
    }

    private static Optional<Identity> identity() {
        Authentication authentication = SecurityContextHolder.getContext().getAuthentication();
        return switch (authentication) {
            case KeyAuthentication key -> Optional.of(key.identity());
            case JwtAuthenticationToken token ->
                    Optional.of(new Identity(name(token), scopes(token), true));
            case null, default -> Optional.empty();
        };
    }

    /// The subject, so that nobody else is called so; a long one by its hash.
    private static String name(JwtAuthenticationToken token) {
        String name = "token:" + token.getName();
        return name.length() <= MAX_NAME
                ? name
                : "token:sha256:" + HexFormat.of().formatHex(Secret.hash(token.getName()));
    }

    private static Set<Scope> scopes(JwtAuthenticationToken token) {
        Set<Scope> scopes = EnumSet.noneOf(Scope.class);
        for (GrantedAuthority authority : token.getAuthorities()) {
            String text = authority.getAuthority();
            if (text != null && text.startsWith(AUTHORITY)) {
                Scope.of(text.substring(AUTHORITY.length())).ifPresent(scopes::add);
            }
        }
        return scopes;
    }
}
