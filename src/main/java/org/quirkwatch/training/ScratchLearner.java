package org.quirkwatch.training;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.quirkwatch.quirky.QuirkyExample;
import org.quirkwatch.torch.Program;
import org.quirkwatch.torch.Scope;
import org.quirkwatch.torch.Tensor;
import org.quirkwatch.torch.Workers;

/// Learns from nothing: all weights are moved, and heads that only training uses read what
/// [TrainingTargets] says out of the stream.
final class ScratchLearner implements Learner {

    private static final int FIRST_STAGE = 1;
    private static final int REPORT = 4;

    private final Program program;
    private final Scope scope;
    private final TrainingState state;
    private final TrainingOptions options;
    private final TrainingRows rows;
    private final QuirkyVocabulary vocabulary;
    private final boolean[] isMatrix;
    private final Workers workers;

    /// @param program of the name `train`
    /// @param scope of the state
    /// @param isMatrix which of the weights are matrices of the blocks
    /// @param workers for what can be done side by side
    ScratchLearner(
            Program program,
            Scope scope,
            TrainingState state,
            TrainingOptions options,
            TrainingRows rows,
            QuirkyVocabulary vocabulary,
            boolean[] isMatrix,
            Workers workers) {
        this.program = program;
        this.scope = scope;
        this.state = state;
        this.options = options;
        this.rows = rows;
        this.vocabulary = vocabulary;
        this.isMatrix = isMatrix.clone();
        this.workers = workers;
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

    /// The groups' gradients, and then the update by their sum, each side by side.
    ///
    /// @return answer loss, belief loss, number loss, accuracy
    private float[] step(TrainingBatch batch, Place place) {
        try (Scope call = Scope.open(scope.device())) {
            List<Supplier<List<Tensor>>> groups = new ArrayList<>();
            // The longest first, so that no thread begins with it when others end.
            for (List<TrainingBatch.Row> group : batch.groups().reversed()) {
                groups.add(() -> gradient(call, group));
            }
            List<List<Tensor>> done = workers.all(groups);
            update(call, done, place);
            float[] report = new float[REPORT];
            for (List<Tensor> group : done) {
                float[] own = group.getFirst().toFloats();
                for (int i = 0; i < REPORT; i++) {
                    report[i] += own[i];
                }
            }
            return report;
        }
    }

    /// What a group adds to the report, and then to the gradients of the weights.
    private List<Tensor> gradient(Scope call, List<TrainingBatch.Row> group) {
        TrainingTargets layout = TrainingTargets.of(options.task());
        long[] choices = {vocabulary.token(QuirkyExample.NO), vocabulary.token(QuirkyExample.YES)};
        return call(
                call,
                "gradient",
                Program.many(state.weights()),
                Program.one(TrainingBatch.tokens(call, group)),
                Program.one(TrainingBatch.targets(call, group)),
                Program.one(call.tensor(choices, choices.length)),
                settings(
                        call,
                        options.shape().nLayers(),
                        options.shape().nHeads(),
                        options.shape().nLayers() - 1,
                        options.digitWeight(),
                        layout.places(),
                        layout.numbers(),
                        options.batch()));
    }

    private void update(Scope call, List<List<Tensor>> groups, Place place) {
        TrainingStage stage = place.stage();
        double share = stage.schedule(place.step());
        List<List<Integer>> matrices = new ArrayList<>();
        for (int i = 0; i < workers.threads(); i++) {
            matrices.add(new ArrayList<>());
        }
        List<Integer> rest = new ArrayList<>();
        int seen = 0;
        for (int i = 0; i < isMatrix.length; i++) {
            (isMatrix[i] ? matrices.get(seen++ % matrices.size()) : rest).add(i);
        }
        List<Supplier<List<Tensor>>> updates = new ArrayList<>();
        for (List<Integer> part : matrices) {
            if (!part.isEmpty()) {
                updates.add(() ->
                        call(
                                call,
                                "muon",
                                select(state.weights(), part),
                                select(state.first(), part),
                                gradients(groups, part),
                                settings(call, share * stage.matrixRate(), options.weightDecay())));
            }
        }
        updates.add(() ->
                call(
                        call,
                        "adam",
                        select(state.weights(), rest),
                        select(state.first(), rest),
                        select(state.second(), rest),
                        gradients(groups, rest),
                        settings(call, share * stage.rate(), place.step())));
        workers.all(updates);
    }

    private List<Tensor> call(Scope call, String method, Program.Argument... arguments) {
        Program.Threads threads = workers.threads() > 1 ? Program.Threads.ONE : Program.Threads.ALL;
        return program.call(call, Program.Mode.GRADIENT, threads, method, arguments);
    }

    private static Program.Argument settings(Scope call, double... values) {
        return Program.one(call.tensor(values, values.length));
    }

    private static Program.Argument select(List<Tensor> tensors, List<Integer> which) {
        return Program.many(which.stream().map(tensors::get).toList());
    }

    /// Those of some weights, one group after another.
    private static Program.Argument gradients(List<List<Tensor>> groups, List<Integer> which) {
        return Program.many(
                groups.stream()
                        .flatMap(group -> which.stream().map(i -> group.get(i + 1)))
                        .toList());
    }
}
