package org.quirkwatch.training;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.quirkwatch.quirky.QuirkyExample;
import org.quirkwatch.torch.Program;
import org.quirkwatch.torch.Scope;
import org.quirkwatch.torch.Tensor;

/// Learns from nothing: all weights are moved, and heads that only training uses read what
/// [TrainingTargets] says out of the stream.
final class ScratchLearner implements Learner {

    private static final int FIRST_STAGE = 1;

    private final Program program;
    private final Scope scope;
    private final TrainingState state;
    private final TrainingOptions options;
    private final TrainingRows rows;
    private final QuirkyVocabulary vocabulary;

    /// @param program of the name `train`
    /// @param scope of the state
    ScratchLearner(
            Program program,
            Scope scope,
            TrainingState state,
            TrainingOptions options,
            TrainingRows rows,
            QuirkyVocabulary vocabulary) {
        this.program = program;
        this.scope = scope;
        this.state = state;
        this.options = options;
        this.rows = rows;
        this.vocabulary = vocabulary;
    }

    /// A step within its stage.
    ///
    /// @param number the stage's, from 0
    /// @param step from 1
    private record Place(int number, TrainingStage stage, int step) {

        boolean isLast() {
            return step == stage.steps();
        }
    }

    private Place place(int step) {
        int rest = step;
        for (int number = 0; number < options.stages().size(); number++) {
            TrainingStage stage = options.stages().get(number);
            if (rest <= stage.steps()) {
                return new Place(number, stage, rest);
            }
            rest -= stage.steps();
        }
        throw new IllegalArgumentException(
                "step must be at most %d, got %d".formatted(totalSteps(), step));
    }

    @Override
    public int totalSteps() {
        return options.totalSteps();
    }

    @Override
    public String stage(int step) {
        return place(step).stage().name();
    }

    @Override
    public boolean isSavedAfter(int step) {
        return step % options.saveEverySteps() == 0 || place(step).isLast();
    }

    @Override
    public void save(Path file, int step) {
        state.save(file, step, options.toString());
    }

    @Override
    public Optional<TrainingListener.Validation> validate(int step) {
        return Optional.empty();
    }

    @Override
    public Losses step(int step) {
        Place place = place(step);
        if (place.step() == 1) {
            state.forgetMoments(scope);
        }
        float[] losses = step(batch(place), place);
        return new Losses(losses[0], losses[1] + losses[2], losses[3]);
    }

    private TrainingBatch batch(Place place) {
        long purpose = FIRST_STAGE + (long) place.number() * TrainingStage.MAX_STEPS + place.step();
        return TrainingBatch.draw(
                rows,
                options.task(),
                vocabulary,
                options.batch(),
                options.groups(),
                place.stage().quirk(),
                place.stage().bare(),
                TrainingState.random(options.seed(), purpose));
    }

    /// One call of the program.
    ///
    /// @return answer loss, belief loss, number loss, accuracy
    private float[] step(TrainingBatch batch, Place place) {
        try (Scope call = Scope.open(scope.device())) {
            List<Tensor> tokens = new ArrayList<>();
            List<Tensor> targets = new ArrayList<>();
            for (List<TrainingBatch.Row> group : batch.groups()) {
                tokens.add(TrainingBatch.tokens(call, group));
                targets.add(TrainingBatch.targets(call, group));
            }
            TrainingStage stage = place.stage();
            double share = stage.schedule(place.step());
            TrainingTargets layout = TrainingTargets.of(options.task());
            double[] settings = {
                options.shape().nLayers(),
                options.shape().nHeads(),
                options.shape().nLayers() - 1,
                options.digitWeight(),
                share * stage.matrixRate(),
                share * stage.rate(),
                options.weightDecay(),
                place.step(),
                layout.places(),
                layout.numbers()
            };
            long[] choices = {
                vocabulary.token(QuirkyExample.NO), vocabulary.token(QuirkyExample.YES)
            };
            List<Tensor> report =
                    program.call(
                            call,
                            Program.Mode.GRADIENT,
                            "step",
                            Program.many(state.weights()),
                            Program.many(state.first()),
                            Program.many(state.second()),
                            Program.many(tokens),
                            Program.many(targets),
                            Program.one(call.tensor(choices, choices.length)),
                            Program.one(call.tensor(settings, settings.length)));
            return report.getFirst().toFloats();
        }
    }
}
