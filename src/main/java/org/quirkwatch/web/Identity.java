package org.quirkwatch.web;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

/// Who asks, and what they may do. Known of every request that reaches a handler.
///
/// @param name of the key or of the token's subject, at most 100 characters; names are unique among
///   keys
/// @param scopes what they may do; `admin` stands alone
/// @param verified whether they proved it; false where access is off and everybody is the same
public record Identity(String name, Set<Scope> scopes, boolean verified) {

    /// Everybody, where access is off: the service listens on this machine only.
    public static final Identity LOCAL = new Identity("local", EnumSet.allOf(Scope.class), false);

    private static final String ATTRIBUTE = Identity.class.getName();

    /// Copies the scopes.
    public Identity {
        scopes = scopes.isEmpty() ? Set.of() : Collections.unmodifiableSet(EnumSet.copyOf(scopes));
    }

    /// Whether they may do what a scope allows.
    public boolean may(Scope scope) {
        return scopes.contains(scope) || scopes.contains(Scope.ADMIN);
    }

    /// Who sent a request.
    ///
    /// @throws Problem `unauthorized` where nobody is known, so that a gap in the rules lets nobody
    ///   in
    public static Identity of(HttpServletRequest request) {
        return find(request)
                .orElseThrow(() ->
                        new Problem(
                                ProblemCode.UNAUTHORIZED,
                                "nobody is known to have sent this request"));
    }

    /// Who sent a request; empty where nobody is known.
    public static Optional<Identity> find(HttpServletRequest request) {
        return Optional.ofNullable((Identity) request.getAttribute(ATTRIBUTE));
    }

    /// Says who sent a request; for the filter that found out.
    public void attachTo(HttpServletRequest request) {
        request.setAttribute(ATTRIBUTE, this);
    }
}
