package org.quirkwatch.access;

import java.time.Instant;
import java.util.Optional;

/// Who is signed in to the console. Bounded: beyond the most that may be open, the oldest end.
/// Thread-safe. Every method throws `log-unavailable` or `access-unavailable` when the database is
/// away.
interface Sessions {

    /// A session that is open.
    ///
    /// @param keyId of the key that signed in
    /// @param expiresAt when it ends by itself
    record Session(String keyId, Instant expiresAt) {}

    /// Opens one.
    ///
    /// @param hash SHA-256 over what the cookie holds
    void open(byte[] hash, Session session);

    /// The open session of a cookie.
    Optional<Session> find(byte[] hash);

    /// Ends it, where it is open.
    void close(byte[] hash);
}
