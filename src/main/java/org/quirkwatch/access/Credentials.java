package org.quirkwatch.access;

import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Locale;
import java.util.Optional;
import org.springframework.http.HttpHeaders;

/// What a request brings to prove who sent it. One of them is looked at: `Authorization`, else
/// `X-API-Key`, else the cookie of the console.
///
/// @param kind where it stood
/// @param value the key, the token or what the cookie holds
record Credentials(Kind kind, String value) {

    static final String SESSION_COOKIE = "quirkwatch-session";
    static final String KEY_HEADER = "X-API-Key";

    private static final String BEARER = "bearer ";
    private static final int MAX_COOKIE = 100;

    enum Kind {
        /// A key of ours.
        KEY,
        /// A bearer token that is none of our keys.
        TOKEN,
        /// The cookie of the console.
        SESSION
    }

    /// What the request brings; empty where that is nothing.
    static Optional<Credentials> of(HttpServletRequest request) {
        String authorization = request.getHeader(HttpHeaders.AUTHORIZATION);
        if (authorization != null) {
            if (!authorization.toLowerCase(Locale.ROOT).startsWith(BEARER)) {
                // Another scheme proves nothing here.
                return Optional.of(new Credentials(Kind.KEY, ""));
            }
            String value = authorization.substring(BEARER.length()).strip();
            return Optional.of(
                    new Credentials(
                            value.startsWith(Secret.PREFIX) ? Kind.KEY : Kind.TOKEN, value));
        }
        String key = request.getHeader(KEY_HEADER);
        if (key != null) {
            return Optional.of(new Credentials(Kind.KEY, key.strip()));
        }
        return cookie(request).map(value -> new Credentials(Kind.SESSION, value));
    }

    /// What the console's cookie holds.
    static Optional<String> cookie(HttpServletRequest request) {
        Cookie[] cookies = request.getCookies();
        if (cookies != null) {
            for (Cookie cookie : cookies) {
                if (cookie.getName().equals(SESSION_COOKIE)
                        && cookie.getValue() != null
                        && cookie.getValue().length() <= MAX_COOKIE) {
                    return Optional.of(cookie.getValue());
                }
            }
        }
        return Optional.empty();
    }

    /// Not the value: records are shown in messages.
    @Override
    public String toString() {
        return "credentials of kind " + kind;
    }
}
