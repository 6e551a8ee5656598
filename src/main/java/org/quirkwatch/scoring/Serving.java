package org.quirkwatch.scoring;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.quirkwatch.lane.Aside;
import org.quirkwatch.lane.BatchMeasurer;
import org.quirkwatch.lane.Judges;
import org.quirkwatch.lane.SharedOutcomes;
import org.quirkwatch.model.HookedModel;

/// What judges at one time, swapped as a whole: a detector beside each device's model, and what
/// equal signals share of it.
///
/// @param scorers one per device
/// @param measurers of them, observed; in the same order
/// @param shared outcomes of this detector
record Serving(List<Scorer> scorers, List<BatchMeasurer> measurers, SharedOutcomes shared) {

    /// Puts a detector beside models.
    ///
    /// @param aside what is taken from its passes for another detector
    /// @throws org.quirkwatch.problem.Problem `artifact-mismatch`
    static Serving of(
            List<HookedModel> models,
            Judges judges,
            Optional<Aside> aside,
            ScoringMetrics metrics,
            long sharedBytes) {
        List<Scorer> scorers = new ArrayList<>(models.size());
        for (HookedModel model : models) {
            scorers.add(new Scorer(model, judges, aside));
        }
        int width = aside.filter(a -> scorers.getFirst().givesAside()).map(Aside::width).orElse(0);
        return new Serving(
                List.copyOf(scorers),
                scorers.stream().map(scorer -> metrics.observed(scorer.measurer())).toList(),
                new SharedOutcomes(
                        sharedBytes, scorers.getFirst().outcomeBytes() + width * Double.BYTES));
    }

    Judges judges() {
        return scorers.getFirst().judges();
    }
}
