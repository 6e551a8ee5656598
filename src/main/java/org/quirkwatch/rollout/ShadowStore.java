package org.quirkwatch.rollout;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/// Where it stands which detector judges beside. Thread-safe.
interface ShadowStore {

    /// The choice that holds.
    ///
    /// @throws org.quirkwatch.problem.Problem `log-unavailable`
    Optional<ShadowChoice> read();

    /// Puts a choice in place of the one that holds.
    ///
    /// @param choice empty for none
    /// @throws org.quirkwatch.problem.Problem `log-unavailable`
    void write(Optional<ShadowChoice> choice);

    /// Remembered until the service stops.
    static ShadowStore inMemory() {
        AtomicReference<Optional<ShadowChoice>> held = new AtomicReference<>(Optional.empty());
        return new ShadowStore() {
            @Override
            public Optional<ShadowChoice> read() {
                return held.get();
            }

            @Override
            public void write(Optional<ShadowChoice> choice) {
                held.set(choice);
            }
        };
    }
}
