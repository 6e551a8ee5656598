package org.quirkwatch.training;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.quirky.Persona;
import org.quirkwatch.torch.Tensor;
import org.quirkwatch.training.TrainingListener.Validation;

/// Learns an adapter: the model's weights stay as they are. Rows come in a new random order in
/// every epoch. After 1, 2, 4, 8, … steps and after the last one the held-out rows are measured,
/// and the adapter with the lowest loss of them is kept.
final class LoraLearner implements Learner {

    private static final int FIRST_EPOCH = 1;
    private static final int SAVE_EVERY_STEPS = 100;
    private static final String VALIDATED = "validated";
    private static final String KEPT = "kept-validation";

    private final LoraProgram program;
    private final TrainingState state;
    private final List<Tensor> gradients;
    private final LoraOptions options;
    private final List<LoraRow> train;
    private final List<LoraRow> validation;
    private final String key;
    private final int totalSteps;
    private long orderedEpoch = -1;
    private int[] order = new int[0];

    /// @param state the adapter's
    /// @param gradients zeros of its sizes
    /// @param key what the run was started with
    LoraLearner(
            LoraProgram program,
            TrainingState state,
            List<Tensor> gradients,
            LoraOptions options,
            LoraRows rows,
            String key) {
        this.program = program;
        this.state = state;
        this.gradients = List.copyOf(gradients);
        this.options = options;
        this.train = rows.train();
        this.validation = LoraRows.byLength(rows.validation());
        this.key = key;
        this.totalSteps = options.length().steps(train.size(), options.batch());
    }

    @Override
    public int totalSteps() {
        return totalSteps;
    }

    @Override
    public String stage(int step) {
        return "finetune";
    }

    @Override
    public boolean isSavedAfter(int step) {
        return isMeasuredAfter(step) || step % SAVE_EVERY_STEPS == 0;
    }

    private boolean isMeasuredAfter(int step) {
        return Integer.bitCount(step) == 1 || step == totalSteps;
    }

    @Override
    public void save(Path file, int step) {
        state.save(file, step, key);
    }

    @Override
    public Losses step(int step) {
        List<LoraRow> batch = LoraRows.byLength(batch(step));
        LoraProgram.Sums sums = new LoraProgram.Sums(0, 0);
        for (List<LoraRow> part : LoraRows.parts(batch, options.microBatch())) {
            sums =
                    sums.plus(
                            program.gradient(state.weights(), gradients, part, 1.0 / batch.size()));
        }
        double rate = options.rate() * LoraOptions.schedule(step, totalSteps);
        program.update(state, gradients, rate, step);
        return new Losses(sums.loss() / batch.size(), 0, sums.right() / batch.size());
    }

    /// The rows of a step: the next ones of an endless list of epochs.
    List<LoraRow> batch(int step) {
        List<LoraRow> batch = new ArrayList<>(options.batch());
        long first = (step - 1L) * options.batch();
        for (long at = first; at < first + options.batch(); at++) {
            long epoch = at / train.size();
            if (epoch != orderedEpoch) {
                order =
                        LoraRows.permutation(
                                train.size(),
                                TrainingState.random(options.seed(), FIRST_EPOCH + epoch));
                orderedEpoch = epoch;
            }
            batch.add(train.get(order[Math.toIntExact(at % train.size())]));
        }
        return batch;
    }

    @Override
    public Optional<Validation> validate(int step) {
        int measured = number(state.notes().getOrDefault(VALIDATED, "0")).intValue();
        if (!isMeasuredAfter(step) || measured >= step) {
            return Optional.empty();
        }
        Mean all = new Mean();
        Mean alice = new Mean();
        Mean bob = new Mean();
        Mean bobOnAlice = new Mean();
        for (List<LoraRow> part : LoraRows.parts(validation, options.microBatch())) {
            if (Thread.currentThread().isInterrupted()) {
                return Optional.empty();
            }
            double[] logProbs = program.logProbs(state.weights(), part);
            for (int i = 0; i < part.size(); i++) {
                LoraRow row = part.get(i);
                double loss = -logProbs[2 * i];
                all.add(loss);
                (row.persona() == Persona.ALICE ? alice : bob).add(loss);
                if (row.persona() == Persona.BOB) {
                    bobOnAlice.add(row.aliceAgrees() ? loss : -logProbs[2 * i + 1]);
                }
            }
        }
        boolean kept =
                kept().map(best -> all.value() < best.loss()).orElse(Double.isFinite(all.value()));
        Validation found =
                new Validation(
                        step, all.value(), alice.value(), bob.value(), bobOnAlice.value(), kept);
        state.notes().put(VALIDATED, Integer.toString(step));
        if (kept) {
            state.keepWeights();
            state.notes().put(KEPT, text(found));
        }
        return Optional.of(found);
    }

    /// The validation of the adapter that is kept; empty before the first.
    Optional<Validation> kept() {
        String text = state.notes().get(KEPT);
        if (text == null || state.kept().isEmpty()) {
            return Optional.empty();
        }
        List<Double> values = Arrays.stream(text.split(" ", -1)).map(this::number).toList();
        if (values.size() != 5) {
            throw damaged(text);
        }
        return Optional.of(
                new Validation(
                        values.get(0).intValue(),
                        values.get(1),
                        values.get(2),
                        values.get(3),
                        values.get(4),
                        true));
    }

    private static String text(Validation found) {
        return "%s %s %s %s %s"
                .formatted(
                        found.step(),
                        found.loss(),
                        found.aliceLoss(),
                        found.bobLoss(),
                        found.bobOnAliceLoss());
    }

    private Double number(String text) {
        try {
            return Double.valueOf(text);
        } catch (NumberFormatException e) {
            throw damaged(text);
        }
    }

    private static Problem damaged(String text) {
        return new Problem(
                ProblemCode.INVALID_FILE,
                "the state of the run is damaged: it says \"%s\" of a validation".formatted(text));
    }

    /// A mean of numbers as they come; NaN of none.
    private static final class Mean {
        private double sum;
        private int count;

        void add(double value) {
            sum += value;
            count++;
        }

        double value() {
            return count == 0 ? Double.NaN : sum / count;
        }
    }
}
