package org.quirkwatch.scoring;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.quirkwatch.lane.BatchMeasurer;
import org.quirkwatch.lane.Lanes;
import org.quirkwatch.lane.Measurement;
import org.quirkwatch.model.TokenizedSignal;
import org.quirkwatch.problem.Problem;
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
    /// @param running runs a pass
    /// @throws Problem the reason when one could not be scored
    static void tryOut(
            Scorer scorer, Function<Supplier<BatchMeasurer.Batch>, BatchMeasurer.Batch> running) {
        List<TokenizedSignal> signals = new ArrayList<>();
        signals.add(scorer.tokenize(signal(1)));
        for (int i = 2; i <= SIGNALS; i++) {
            try {
                signals.add(scorer.tokenize(signal(i)));
            } catch (Problem e) {
                // A short context: fewer will do.
                break;
            }
        }
        for (int i = 0; i < PASSES; i++) {
            requireScored(running.apply(() -> scorer.measurer().measure(signals.subList(0, 1))));
            requireScored(running.apply(() -> scorer.measurer().measure(signals)));
        }
    }

    private static Signal signal(int sums) {
        String prompt = "1 + 1 = 2. ".repeat(sums);
        return new Signal("readiness", prompt, " Yes", List.of(" No", " Yes"));
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
