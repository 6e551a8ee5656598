package org.quirkwatch.access;

import java.security.MessageDigest;
import java.time.Instant;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.web.Identity;
import org.quirkwatch.web.Scope;

/// A key without its secret.
///
/// @param id the part of the key that is no secret; of a key in the configuration `config:` and its
///   name
/// @param name unique
/// @param scopes what it opens, one or more
/// @param hash SHA-256 over the key
/// @param previous the secret before the last rotation, while it holds
/// @param createdAt when it was made
/// @param createdBy who made it
/// @param expiresAt until when it holds; empty for ever
record ApiKey(
        String id,
        String name,
        Set<Scope> scopes,
        Hash hash,
        Optional<Previous> previous,
        Instant createdAt,
        String createdBy,
        Optional<Instant> expiresAt) {

    /// 32 bytes that no message shows.
    static final class Hash {

        private final byte[] bytes;

        Hash(byte[] bytes) {
            this.bytes = bytes.clone();
        }

        byte[] bytes() {
            return bytes.clone();
        }

        /// In a time that says nothing of where they differ.
        boolean is(byte[] other) {
            return MessageDigest.isEqual(bytes, other);
        }

        @Override
        public String toString() {
            return "hash";
        }
    }

    /// A secret that holds a little longer.
    record Previous(Hash hash, Instant until) {}

    ApiKey {
        scopes = Collections.unmodifiableSet(EnumSet.copyOf(scopes));
    }

    boolean opensFor(byte[] presented, Instant now) {
        return hash.is(presented)
                || previous.filter(p -> p.hash().is(presented) && now.isBefore(p.until()))
                        .isPresent();
    }

    boolean expired(Instant now) {
        return expiresAt.filter(end -> !now.isBefore(end)).isPresent();
    }

    Identity identity() {
        return new Identity(name, scopes, true);
    }

    static Optional<Previous> previous(byte @Nullable [] hash, @Nullable Instant until) {
        return hash == null || until == null
                ? Optional.empty()
                : Optional.of(new Previous(new Hash(hash), until));
    }
}
