package org.quirkwatch.scoring;

import java.util.ArrayList;
import java.util.List;
import org.quirkwatch.lane.BatchMeasurer;
import org.quirkwatch.lane.Lanes;
import org.quirkwatch.lane.Measurement;
import org.quirkwatch.model.TokenizedSignal;
import org.quirkwatch.signal.Signal;
import org.springframework.boot.health.contributor.Health;

/// Whether signals can be scored: model and detector are loaded, belong together, have scored on
/// every device, and signals are taken in.
final class Readiness {

    // The program is compiled in the course of its first passes, for one signal and for several.
    private static final int PASSES = 3;
    private static final int SIGNALS = 8;

    private final Lanes lanes;

    Readiness(Lanes lanes) {
        this.lanes = lanes;
    }

    /// Scores signals as the lanes will, so that the first caller does not wait for what is only
    /// done once.
    ///
    /// @throws org.quirkwatch.problem.Problem the reason when one could not be scored
    static void tryOut(Scorer scorer) {
        List<TokenizedSignal> signals = new ArrayList<>();
        for (int i = 1; i <= SIGNALS; i++) {
            String prompt = "1 + 1 = 2. ".repeat(i);
            signals.add(
                    scorer.tokenize(
                            new Signal("readiness", prompt, " Yes", List.of(" No", " Yes"))));
        }
        for (int i = 0; i < PASSES; i++) {
            requireScored(scorer.measurer().measure(signals.subList(0, 1)));
            requireScored(scorer.measurer().measure(signals));
        }
    }

    private static void requireScored(BatchMeasurer.Batch batch) {
        for (Measurement measurement : batch.measurements()) {
            if (measurement instanceof Measurement.Failed failed) {
                throw failed.reason();
            }
        }
    }

    Health health() {
        return (lanes.isOpen() ? Health.up() : Health.outOfService()).build();
    }
}
