package org.quirkwatch.scoring;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.quirkwatch.artifact.Artifact;
import org.quirkwatch.lane.Aside;
import org.quirkwatch.lane.BatchMeasurer;
import org.quirkwatch.lane.HeadContributions;
import org.quirkwatch.lane.Judges;
import org.quirkwatch.lane.Measurement;
import org.quirkwatch.lane.Measurer;
import org.quirkwatch.lane.Outcome;
import org.quirkwatch.lane.SharedOutcomes;
import org.quirkwatch.lane.Timing;
import org.quirkwatch.model.BatchBounds;
import org.quirkwatch.model.BatchPlan;
import org.quirkwatch.model.HookedModel;
import org.quirkwatch.model.ModelIdentity;
import org.quirkwatch.model.TokenizedSignal;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.signal.Signal;

/// The use case without a server: a model and a detector that belong together, and signals in,
/// verdicts out. [#tokenize] is thread-safe; [#judge] and [#measurer] run the model and are for one
/// thread at a time. Owns neither the model nor its memory.
public final class Scorer {

    private final HookedModel model;
    private final Judges judges;
    private final Measurer measurer;
    private final HeadContributions heads;

    /// Matches the two.
    ///
    /// @param model stays open as long as this is used
    /// @param artifact the detector
    /// @throws Problem `artifact-mismatch` when the detector was fitted on another model
    public Scorer(HookedModel model, Artifact artifact) {
        this(model, Judges.fixed(artifact), Optional.empty());
    }

    /// Matches the two, with judges of the detector that may change.
    ///
    /// @param judges of the detector
    /// @param aside what is taken from its passes beside
    Scorer(HookedModel model, Judges judges, Optional<Aside> aside) {
        this.model = model;
        this.judges = judges;
        this.measurer = new Measurer(model, judges, aside);
        this.heads = new HeadContributions(judges);
    }

    /// The detector.
    public Artifact artifact() {
        return judges.artifact();
    }

    /// Who judges.
    Judges judges() {
        return judges;
    }

    /// What the attention heads contributed, `[heads]` by the layer's name; empty for layers
    /// without. Of any detector's measurements.
    Map<String, double[]> headContributions(Measurement.Measured measured) {
        return new HeadContributions(measured.basis().judges()).of(measured);
    }

    /// Whether its measurements have the features that were asked for beside.
    boolean givesAside() {
        return measurer.givesAside();
    }

    /// What the outcome of a signal takes beside its texts, about.
    int outcomeBytes() {
        return SharedOutcomes.ENTRY_BYTES + heads.bytes();
    }

    /// The model.
    public ModelIdentity model() {
        return model.identity();
    }

    /// What a lane runs.
    BatchMeasurer measurer() {
        return measurer;
    }

    /// The tokens of a signal. Thread-safe.
    ///
    /// @throws Problem `prompt-too-long` beyond the model's context, `invalid-signal` where a text
    ///   has no tokens
    public TokenizedSignal tokenize(Signal signal) {
        return model.tokenize(signal);
    }

    /// The tokens of a signal, or why it has none that fit. Thread-safe.
    Tokenized tokenizeOrRefuse(Signal signal) {
        try {
            return new Tokenized.Fits(model.tokenize(signal));
        } catch (Problem e) {
            return new Tokenized.Refused(e);
        }
    }

    /// Judges signals: each gets its verdict, in order. A signal that cannot be scored (too many
    /// tokens, numbers that are not finite) is unscored and says why.
    ///
    /// @param signals all with labels
    /// @param policy to judge by, whatever policy they name; its levels are reachable with the
    ///   detector's calibration
    /// @param bounds of one pass of the model
    public List<Verdict> judge(List<Signal> signals, Policy policy, BatchBounds bounds) {
        policy.requireResolvable(artifact().calibration());
        Verdict[] verdicts = new Verdict[signals.size()];
        // Beside each other: one after another they would take a third of the time of a batch.
        List<Tokenized> all = signals.parallelStream().map(this::tokenizeOrRefuse).toList();
        List<TokenizedSignal> tokenized = new ArrayList<>();
        List<Integer> places = new ArrayList<>();
        for (int i = 0; i < verdicts.length; i++) {
            switch (all.get(i)) {
                case Tokenized.Fits(TokenizedSignal signal) -> {
                    tokenized.add(signal);
                    places.add(i);
                }
                case Tokenized.Refused(Problem reason) ->
                        verdicts[i] = new Verdict.Unscored(signals.get(i).id(), policy, reason);
            }
        }
        for (List<Integer> rows : BatchPlan.of(tokenized, measurer.spec(), bounds)) {
            List<TokenizedSignal> pass = rows.stream().map(tokenized::get).toList();
            BatchMeasurer.Batch batch = measurer.measure(pass);
            Timing timing = new Timing(Duration.ZERO, batch.forward(), batch.score());
            for (int i = 0; i < pass.size(); i++) {
                Outcome outcome =
                        new Outcome(batch.measurements().get(i), timing, pass.get(i).tokens());
                int place = places.get(rows.get(i));
                verdicts[place] = Verdict.of(signals.get(place).id(), policy, outcome);
            }
        }
        return List.of(verdicts);
    }
}
