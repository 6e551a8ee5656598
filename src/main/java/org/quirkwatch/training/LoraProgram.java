package org.quirkwatch.training;

import java.util.List;
import org.quirkwatch.checkpoint.DecoderConfig;
import org.quirkwatch.checkpoint.LoraShape;
import org.quirkwatch.checkpoint.Projection;
import org.quirkwatch.torch.ComputeDevice;
import org.quirkwatch.torch.Program;
import org.quirkwatch.torch.Scope;
import org.quirkwatch.torch.Tensor;

/// The calls of `lora.py` on a frozen decoder. The adapters are the caller's: matrices in the order
/// of [LoraShape#matrices], float32 or float64 on the decoder's device. Of one thread.
final class LoraProgram implements AutoCloseable {

    private final Program program;
    private final Scope own;
    private final List<Tensor> weights;
    private final long[] sizes;
    private final double[] numbers;
    private final Tensor frequencies;

    /// @param weights the decoder's, as [org.quirkwatch.checkpoint.DecoderWeights] has them; they
    ///   must live longer than this
    LoraProgram(DecoderConfig config, LoraShape shape, List<Tensor> weights, ComputeDevice device) {
        this.program = Program.load("lora", device);
        this.own = Scope.open(device);
        this.weights = List.copyOf(weights);
        Projection[] projections = Projection.values();
        this.sizes = new long[5 + projections.length];
        sizes[0] = config.nLayers();
        sizes[1] = config.nHeads();
        sizes[2] = config.nKvHeads();
        sizes[3] = config.dHead();
        sizes[4] = config.slidingWindow().orElse(0);
        for (int i = 0; i < projections.length; i++) {
            sizes[5 + i] = shape.slot(projections[i]);
        }
        this.numbers = new double[] {config.rmsNormEpsilon(), shape.scale()};
        float[] inverse = config.rope().inverseFrequencies(config.dHead());
        this.frequencies = own.tensor(inverse, inverse.length);
    }

    /// What rows of a micro-batch came to.
    ///
    /// @param loss cross-entropy of the answers, summed over the rows, in nats
    /// @param right rows whose answer is likelier than the other one
    record Sums(double loss, double right) {

        Sums plus(Sums more) {
            return new Sums(loss + more.loss, right + more.right);
        }
    }

    /// Adds the gradient of the rows' summed loss, times a weight, to `gradients` in place.
    ///
    /// @param adapters as the class says
    /// @param gradients of the same sizes
    Sums gradient(
            List<Tensor> adapters, List<Tensor> gradients, List<LoraRow> rows, double weight) {
        try (Scope scope = Scope.open(own.device())) {
            Scope host = scope.host();
            double[] sums =
                    program.call(
                                    scope,
                                    Program.Mode.GRADIENT,
                                    "gradient",
                                    Program.many(weights),
                                    Program.many(adapters),
                                    Program.many(gradients),
                                    Program.one(host.tensor(sizes, sizes.length)),
                                    Program.one(host.tensor(numbers, numbers.length)),
                                    Program.one(frequencies),
                                    Program.one(LoraRow.tokens(scope, rows)),
                                    Program.one(LoraRow.answers(scope, rows)),
                                    Program.one(host.scalar(weight)))
                            .getFirst()
                            .toDoubles();
            return new Sums(sums[0], sums[1]);
        }
    }

    /// Log-probabilities of the rows' answers and of the other ones, in nats.
    ///
    /// @param adapters as the class says
    /// @return `[rows, 2]`, row-major
    double[] logProbs(List<Tensor> adapters, List<LoraRow> rows) {
        try (Scope scope = Scope.open(own.device())) {
            Scope host = scope.host();
            return program.call(
                            scope,
                            Program.Mode.INFERENCE,
                            "measure",
                            Program.many(weights),
                            Program.many(adapters),
                            Program.one(host.tensor(sizes, sizes.length)),
                            Program.one(host.tensor(numbers, numbers.length)),
                            Program.one(frequencies),
                            Program.one(LoraRow.tokens(scope, rows)),
                            Program.one(LoraRow.answers(scope, rows)))
                    .getFirst()
                    .toDoubles();
        }
    }

    /// One step of AdamW by the gradients, which are zero afterwards; adapters and moments are
    /// changed in place.
    ///
    /// @param rate learning rate
    /// @param step from 1
    void update(TrainingState state, List<Tensor> gradients, double rate, int step) {
        try (Scope scope = Scope.open(own.device())) {
            double[] settings = {
                rate,
                LoraOptions.BETA1,
                LoraOptions.BETA2,
                LoraOptions.EPSILON,
                LoraOptions.WEIGHT_DECAY,
                LoraOptions.CLIP,
                step
            };
            program.call(
                    scope,
                    Program.Mode.GRADIENT,
                    "update",
                    Program.many(state.weights()),
                    Program.many(state.first()),
                    Program.many(state.second()),
                    Program.many(gradients),
                    Program.one(scope.host().tensor(settings, settings.length)));
        }
    }

    @Override
    public void close() {
        own.close();
        program.close();
    }
}
