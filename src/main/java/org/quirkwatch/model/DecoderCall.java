package org.quirkwatch.model;

import java.util.List;
import org.quirkwatch.checkpoint.DecoderConfig;
import org.quirkwatch.model.CaptureSpec.Outputs;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.torch.Program;
import org.quirkwatch.torch.Scope;
import org.quirkwatch.torch.Tensor;

/// One call of the decoder program: its arguments, as `decoder.py` says what each holds.
final class DecoderCall {

    /// Positions of next-token distributions that pass the output projection together: bounds its
    /// memory to this many rows of the vocabulary.
    private static final int PROJECTION_CHUNK = 256;

    private final DecoderConfig config;
    private final DecoderBatch rows;
    private final CaptureSpec spec;
    private final boolean tail;
    private final int blocks;

    /// @throws Problem `invalid-signal` where read-outs are differentiated and a choice has several
    ///   tokens
    DecoderCall(DecoderConfig config, DecoderBatch rows, CaptureSpec spec) {
        this.config = config;
        this.rows = rows;
        this.spec = spec;
        this.tail = spec.takesGradients() && spec.gradientsAreOfLastTokens() && rows.isOfPrompts();
        if (spec.readsOut() && !tail) {
            throw new Problem(
                    ProblemCode.INVALID_SIGNAL,
                    "gradients of read-outs need choices of one token each");
        }
        this.blocks = spec.scoresLabels() ? config.nLayers() : blocksNeeded(spec.taps());
    }

    /// The arguments of `run`.
    ///
    /// @param scope owns them, but for the weights
    /// @param weights of the checkpoint
    /// @param frequencies of the rotary embedding
    Program.Argument[] arguments(Scope scope, List<Tensor> weights, Tensor frequencies) {
        PatchTable patches = new PatchTable(spec.patches());
        return new Program.Argument[] {
            Program.many(weights),
            Program.one(sizes(scope.host())),
            Program.one(scope.host().scalar(config.rmsNormEpsilon())),
            Program.one(frequencies),
            Program.one(taps(scope.host(), spec.taps())),
            Program.one(rows.tokens(scope)),
            Program.one(rows.spans(scope)),
            Program.one(rows.signalOfRow(scope)),
            Program.one(rows.scored(scope)),
            Program.one(rows.entries(scope)),
            Program.one(rows.others(scope)),
            Program.one(rows.hasOthers(scope)),
            Program.one(rows.kept(scope, looksAtSpans())),
            Program.one(patches.table(scope.host())),
            Program.one(patches.values(scope)),
            Program.one(readouts(scope))
        };
    }

    private Tensor sizes(Scope host) {
        Outputs asked = spec.outputs();
        long outputs =
                DecoderCodes.of(
                        spec.scoresLabels() && asked instanceof Outputs.None
                                ? Outputs.LABELS
                                : asked);
        return host.tensor(
                new long[] {
                    blocks,
                    config.nHeads(),
                    config.nKvHeads(),
                    config.dHead(),
                    config.slidingWindow().orElse(0),
                    outputs,
                    rows.signals(),
                    DecoderCodes.of(objective(spec.taps())),
                    PROJECTION_CHUNK,
                    DecoderCodes.of(
                            asked instanceof Outputs.Logits(Position position)
                                    ? position
                                    : Position.LAST),
                    tail ? 1 : 0,
                    spec.patches().size(),
                    rows.behindPrompts()
                },
                13);
    }

    /// `[taps, 4]`; without taps one that no block reaches.
    private static Tensor taps(Scope host, List<Tap> taps) {
        if (taps.isEmpty()) {
            return host.tensor(new long[] {-1, 0, 0, 0}, 1, 4);
        }
        long[] flat = new long[taps.size() * 4];
        for (int i = 0; i < taps.size(); i++) {
            Tap tap = taps.get(i);
            flat[i * 4] = tap.point().layer();
            flat[i * 4 + 1] = DecoderCodes.of(tap.point().site());
            flat[i * 4 + 2] = DecoderCodes.of(tap.position());
            flat[i * 4 + 3] = DecoderCodes.of(tap.quantity());
        }
        return host.tensor(flat, taps.size(), 4);
    }

    /// `[blocks, dModel]` up to the last block with a read-out, zeros for others; one row at least.
    private Tensor readouts(Scope scope) {
        int width = config.dModel();
        int last = spec.readouts().keySet().stream().mapToInt(block -> block).max().orElse(0);
        double[] flat = new double[(last + 1) * width];
        spec.readouts()
                .forEach((block, weights) -> {
                    if (!(block < config.nLayers() && weights.columns() == width)) {
                        throw new IllegalArgumentException(
                                "no read-out of block %d by %s: the model has %d blocks of width %d"
                                        .formatted(block, weights, config.nLayers(), width));
                    }
                    System.arraycopy(weights.row(0), 0, flat, block * width, width);
                });
        return scope.tensor(flat, last + 1, width);
    }

    /// Whether anything takes a mean or a gradient behind the keys and values of the last block
    /// that runs, so that all positions have to go through.
    private boolean looksAtSpans() {
        boolean ofLogits =
                spec.outputs() instanceof Outputs.Logits(Position position) && position.isMean();
        return (spec.takesGradients() && !tail)
                || ofLogits
                || spec.taps().stream()
                        .filter(tap -> blocksNeeded(List.of(tap)) == blocks)
                        .anyMatch(tap -> tap.position().isMean());
    }

    private static int blocksNeeded(List<Tap> taps) {
        return taps.stream()
                .map(Tap::point)
                .mapToInt(
                        point -> point.site() == Site.RESID_PRE ? point.layer() : point.layer() + 1)
                .max()
                .orElseThrow();
    }

    private static Quantity.Objective objective(List<Tap> taps) {
        List<Quantity.Objective> objectives =
                taps.stream()
                        .map(Tap::quantity)
                        .filter(Quantity.Gradient.class::isInstance)
                        .map(quantity -> ((Quantity.Gradient) quantity).objective())
                        .distinct()
                        .toList();
        if (objectives.size() > 1) {
            throw new IllegalArgumentException("one pass has one objective, got " + objectives);
        }
        return objectives.isEmpty() ? Quantity.Objective.LOG_ODDS : objectives.getFirst();
    }
}
