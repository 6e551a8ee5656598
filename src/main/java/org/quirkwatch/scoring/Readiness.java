package org.quirkwatch.scoring;

import java.util.List;
import org.quirkwatch.signal.Signal;
import org.springframework.boot.health.contributor.Health;

/// Whether signals can be scored: model and detector are loaded, belong together, and have scored
/// one signal in the very thread that serves.
final class Readiness {

    private final ModelLane lane;

    private Readiness(ModelLane lane) {
        this.lane = lane;
    }

    /// Scores one signal.
    ///
    /// @throws org.quirkwatch.problem.Problem the reason when it could not be scored
    static Readiness afterTrying(Scorer scorer, ModelLane lane) {
        Signal signal = new Signal("readiness", "1 + 1 = 2", " Yes", List.of(" No", " Yes"));
        var result = lane.measure(List.of(scorer.tokenize(signal))).getFirst();
        return switch (result.measurement()) {
            case Measurement.Measured ignored -> new Readiness(lane);
            case Measurement.Failed failed -> throw failed.reason();
        };
    }

    Health health() {
        return (lane.isOpen() ? Health.up() : Health.outOfService()).build();
    }
}
