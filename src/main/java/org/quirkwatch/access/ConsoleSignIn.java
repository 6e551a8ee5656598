package org.quirkwatch.access;

import jakarta.servlet.http.HttpServletRequest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.quirkwatch.audit.Act;
import org.quirkwatch.audit.Audit;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.web.Identity;
import org.quirkwatch.web.Scope;

/// Makes a session of a key. Thread-safe.
final class ConsoleSignIn {

    private final KeyRing keys;
    private final Sessions sessions;
    private final Refusals refusals;
    private final Audit audit;
    private final Duration length;
    private final InstantSource clock;
    private final SecureRandom random = new SecureRandom();

    /// @param length how long a session lasts
    ConsoleSignIn(
            KeyRing keys,
            Sessions sessions,
            Refusals refusals,
            Audit audit,
            Duration length,
            InstantSource clock) {
        this.keys = keys;
        this.sessions = sessions;
        this.refusals = refusals;
        this.audit = audit;
        this.length = length;
        this.clock = clock;
    }

    /// A session that was opened.
    ///
    /// @param token what the cookie holds
    /// @param expiresAt when it ends: after its length, and not after the key
    /// @param lasts until then
    record Opened(Identity identity, String token, Instant expiresAt, Duration lasts) {

        /// Without the token: records are shown in messages.
        @Override
        public String toString() {
            return "session of " + identity.name();
        }
    }

    /// Opens one.
    ///
    /// @param presented the key
    /// @throws Problem `unauthorized` for a key that does not open, `forbidden` for one without the
    ///   scope review, `log-unavailable` and `access-unavailable`
    Opened open(String presented, HttpServletRequest request) {
        ApiKey key =
                switch (keys.find(presented)) {
                    case KeyRing.Found.Valid(ApiKey valid) -> valid;
                    case KeyRing.Found.Expired(ApiKey expired) -> {
                        refusals.failed(request, "the key " + expired.name() + " has expired");
                        throw new Problem(ProblemCode.UNAUTHORIZED, "the key has expired");
                    }
                    case KeyRing.Found.Unknown() -> {
                        refusals.failed(request, "no such key, at the console");
                        throw new Problem(ProblemCode.UNAUTHORIZED, "the key is not valid");
                    }
                };
        Identity identity = key.identity();
        if (!identity.may(Scope.REVIEW)) {
            throw new Problem(
                    ProblemCode.FORBIDDEN,
                    "the console needs a key with the scope review or admin");
        }
        Instant now = clock.instant();
        Instant end = now.plus(length);
        Instant expires = key.expiresAt().filter(e -> e.isBefore(end)).orElse(end);
        String token = Secret.newToken(random);
        sessions.open(Secret.hash(token), new Sessions.Session(key.id(), expires));
        audit.record(identity.name(), Act.SIGNED_IN, key.id(), "until " + expires);
        return new Opened(identity, token, expires, Duration.between(now, expires));
    }

    /// When the session of a cookie ends; empty where it is not open.
    Optional<Instant> expiry(String token) {
        return sessions.find(Secret.hash(token)).map(Sessions.Session::expiresAt);
    }

    /// Ends a session, where it is open.
    void close(String token) {
        sessions.close(Secret.hash(token));
    }
}
