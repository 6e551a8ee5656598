package org.quirkwatch.access;

import java.util.Collection;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.web.Identity;
import org.quirkwatch.web.Scope;
import org.springframework.security.authentication.AbstractAuthenticationToken;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.authority.SimpleGrantedAuthority;

/// A caller who came with a key, or with the session of one.
final class KeyAuthentication extends AbstractAuthenticationToken {

    private static final long serialVersionUID = 1L;

    private final transient Identity identity;

    KeyAuthentication(Identity identity) {
        super(authorities(identity.scopes()));
        this.identity = identity;
        setAuthenticated(true);
    }

    Identity identity() {
        return identity;
    }

    @Override
    public @Nullable Object getCredentials() {
        return null;
    }

    @Override
    public Object getPrincipal() {
        return identity.name();
    }

    private static Collection<GrantedAuthority> authorities(Set<Scope> scopes) {
        return scopes.stream()
                .<GrantedAuthority>map(scope -> new SimpleGrantedAuthority("SCOPE_" + scope.text()))
                .toList();
    }
}
