package org.quirkwatch.access;

import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.web.Identity;
import org.quirkwatch.web.Scope;
import org.springframework.http.server.PathContainer;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;

/// What each path asks of its callers, where access is on. The first rule that suits holds; what no
/// rule names is the administrator's, so that a new endpoint is closed until somebody opens it.
final class AccessRules {

    private static final List<Rule> RULES =
            List.of(
                    // Orchestrators ask without a key.
                    open("GET", "/actuator/health/**"),
                    open("GET", "/livez"),
                    open("GET", "/readyz"),
                    // Pages without data, one of which asks for the key; and who is signed in.
                    open("GET", "/console/**"),
                    open(null, "/console/session"),
                    open("GET", "/webjars/**"),
                    any("GET", "/v3/**"),
                    any("GET", "/swagger-ui.html"),
                    any("GET", "/swagger-ui/**"),
                    scope("POST", "/v1/signals/**", Scope.SCORE),
                    any("GET", "/v1/models/**"),
                    // Names signals on which two detectors disagree.
                    scope("GET", "/v1/detectors/shadow", Scope.REVIEW),
                    any("GET", "/v1/detectors/**"),
                    any("GET", "/v1/policies/**"),
                    // The jobs themselves see to it that callers find their own only.
                    scope(null, "/v1/jobs/**", Scope.SCORE),
                    scope("GET", "/v1/verdicts/**", Scope.REVIEW),
                    scope("GET", "/v1/reviews/**", Scope.REVIEW),
                    scope("POST", "/v1/reviews/recalibration/**", Scope.ADMIN),
                    scope("POST", "/v1/reviews/**", Scope.REVIEW),
                    scope(null, "/**", Scope.ADMIN));

    private AccessRules() {}

    /// Who may ask.
    sealed interface Needed {

        /// Everybody, without a key.
        record Nobody() implements Needed {}

        /// Everybody who is known and has a scope, whichever.
        record AnyScope() implements Needed {}

        /// Who has a scope, or admin.
        record One(Scope scope) implements Needed {}
    }

    private record Rule(@Nullable String method, PathPattern path, Needed needed) {

        boolean suits(String asked, PathContainer at) {
            return (method == null || method.equals(asked)) && path.matches(at);
        }
    }

    /// What is needed to ask.
    ///
    /// @param method of HTTP; HEAD is taken for GET
    /// @param path within the application, decoded or not: no rule has a letter that is encoded
    static Needed needed(String method, String path) {
        String asked = method.equals("HEAD") ? "GET" : method;
        PathContainer at = PathContainer.parsePath(path);
        return RULES.stream()
                .filter(rule -> rule.suits(asked, at))
                .findFirst()
                .map(Rule::needed)
                .orElseGet(() -> new Needed.One(Scope.ADMIN));
    }

    /// Whether somebody may ask.
    ///
    /// @param identity empty where nobody is known
    static boolean allows(Needed needed, Optional<Identity> identity) {
        return switch (needed) {
            case Needed.Nobody ignored -> true;
            case Needed.AnyScope ignored ->
                    identity.filter(who -> !who.scopes().isEmpty()).isPresent();
            case Needed.One(Scope scope) -> identity.filter(who -> who.may(scope)).isPresent();
        };
    }

    /// The scopes of which one is enough; none where nothing is needed.
    static Set<Scope> enough(Needed needed) {
        return switch (needed) {
            case Needed.Nobody ignored -> Set.of();
            case Needed.AnyScope ignored -> EnumSet.allOf(Scope.class);
            case Needed.One(Scope scope) -> EnumSet.of(scope, Scope.ADMIN);
        };
    }

    private static Rule open(@Nullable String method, String path) {
        return rule(method, path, new Needed.Nobody());
    }

    private static Rule any(@Nullable String method, String path) {
        return rule(method, path, new Needed.AnyScope());
    }

    private static Rule scope(@Nullable String method, String path, Scope scope) {
        return rule(method, path, new Needed.One(scope));
    }

    private static Rule rule(@Nullable String method, String path, Needed needed) {
        return new Rule(method, PathPatternParser.defaultInstance.parse(path), needed);
    }
}
