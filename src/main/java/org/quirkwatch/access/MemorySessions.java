package org.quirkwatch.access;

import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// Sessions of this process, where there is no database.
final class MemorySessions implements Sessions {

    private final int most;
    private final InstantSource clock;
    private final Map<ByteBuffer, Session> open = new HashMap<>();

    MemorySessions(int most, InstantSource clock) {
        this.most = most;
        this.clock = clock;
    }

    @Override
    public synchronized void open(byte[] hash, Session session) {
        open.values().removeIf(s -> !clock.instant().isBefore(s.expiresAt()));
        while (open.size() >= most) {
            open.entrySet().stream()
                    .min(Map.Entry.comparingByValue(Comparator.comparing(Session::expiresAt)))
                    .ifPresent(oldest -> open.remove(oldest.getKey()));
        }
        open.put(ByteBuffer.wrap(hash.clone()), session);
    }

    @Override
    public synchronized Optional<Session> find(byte[] hash) {
        return Optional.ofNullable(open.get(ByteBuffer.wrap(hash)))
                .filter(s -> clock.instant().isBefore(s.expiresAt()));
    }

    @Override
    public synchronized void close(byte[] hash) {
        open.remove(ByteBuffer.wrap(hash));
    }
}
