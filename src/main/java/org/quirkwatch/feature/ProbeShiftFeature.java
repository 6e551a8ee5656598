package org.quirkwatch.feature;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.quirkwatch.linalg.FittedState;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.model.HookPoint;
import org.quirkwatch.model.Position;
import org.quirkwatch.model.Quantity;
import org.quirkwatch.model.Site;
import org.quirkwatch.model.Tap;

/// How differently the ablation of an attention head moves a probe of the answer inside the model
/// and the answer itself (arXiv 2504.08812). With r_p the logit of a logistic probe on the residual
/// stream that enters block p, fitted to the trusted labels (1 for the second choice), and y the
/// contrast of the second choice against the first, the shift of head h of block k < p is
///
/// ```text
/// effect on r_p of ablating (k, h) − effect on y of ablating (k, h)
/// ```
///
/// both to first order, as in [AttributionFeature], at the last token of the prompt. One layer per
/// probe: the shifts of all k before it, block after block; per block a column per head, for
/// [Ablation#PCS] ten.
///
/// @param ablation [Ablation#MEAN] or [Ablation#PCS]
/// @param blocks ascending, two or more: all but the last are ablated, all but the first probed
/// @param heads of the model
record ProbeShiftFeature(Ablation ablation, List<Integer> blocks, int heads) implements Feature {

    /// A kind for each ablation.
    static final List<FeatureKind> KINDS =
            Stream.of(Ablation.MEAN, Ablation.PCS).<FeatureKind>map(Kind::new).toList();

    ProbeShiftFeature {
        blocks = List.copyOf(blocks);
        if (!(blocks.size() >= 2 && blocks.equals(blocks.stream().distinct().sorted().toList()))) {
            throw new IllegalArgumentException(
                    "expected two layers or more, one to ablate and one to probe, got " + blocks);
        }
    }

    private record Kind(Ablation ablation) implements FeatureKind {
        @Override
        public String name() {
            return "probe-shift-" + ablation.text();
        }

        @Override
        public String summary() {
            return "effect of each head's ablation on probes of the answer, less that on the answer"
                    + (ablation == Ablation.PCS ? "; along ten trusted principal directions" : "");
        }

        @Override
        public Feature of(FeatureView view) {
            if (!view.hookPoints().isEmpty() || !view.positions().equals(List.of(Position.LAST))) {
                throw FeatureView.invalid(
                        "%s looks at layers at the last token of the prompt, not at hook points or"
                                        .formatted(name())
                                + " other positions");
            }
            List<Integer> blocks = view.layers().isEmpty() ? spread(view.nLayers()) : view.layers();
            try {
                return new ProbeShiftFeature(ablation, blocks, view.nHeads());
            } catch (IllegalArgumentException e) {
                throw FeatureView.invalid(name() + ": " + e.getMessage());
            }
        }

        /// The blocks that the method looks at: from the second to the last, of 32 each third. All
        /// pairs of them have a gradient.
        private static List<Integer> spread(int nLayers) {
            int step = Math.max(1, (nLayers - 2) / 8);
            return IntStream.range(1, nLayers)
                    .filter(block -> (block - 1) % step == 0)
                    .boxed()
                    .toList();
        }

        @Override
        public FeatureExtractor restore(List<Tap> taps, FittedState state) {
            List<Integer> blocks = new ArrayList<>();
            taps.stream().map(tap -> tap.point().layer()).distinct().forEach(blocks::add);
            taps.stream()
                    .map(Tap::quantity)
                    .mapToInt(quantity ->
                            quantity instanceof Quantity.ReadoutGradient(int block) ? block : -1)
                    .max()
                    .ifPresent(blocks::add);
            ProbeShiftFeature feature =
                    new ProbeShiftFeature(
                            ablation, blocks, state.count(AttributionExtractor.HEADS, 1));
            if (!feature.taps().equals(taps)) {
                throw new IllegalArgumentException(
                        "%s reads activations and gradients of attn.hook_z".formatted(name()));
            }
            return ProbeShiftExtractor.of(feature, state);
        }
    }

    @Override
    public FeatureKind kind() {
        return new Kind(ablation);
    }

    /// Which heads are ablated.
    AttributionFeature ablated() {
        return new AttributionFeature(
                ablation,
                blocks.subList(0, blocks.size() - 1).stream()
                        .map(block -> new HookPoint(block, Site.ATTN_Z))
                        .toList(),
                heads);
    }

    /// The blocks whose incoming stream is probed.
    List<Integer> probed() {
        return blocks.subList(1, blocks.size());
    }

    static Tap probe(int block) {
        return Tap.activation(new HookPoint(block, Site.RESID_PRE), Position.LAST);
    }

    /// The gradient of a probe's logit.
    static Tap gradient(HookPoint point, int block) {
        return new Tap(point, Position.LAST, new Quantity.ReadoutGradient(block));
    }

    @Override
    public List<Tap> taps() {
        List<Tap> taps = new ArrayList<>();
        for (HookPoint point : ablated().points()) {
            taps.add(AttributionFeature.activation(point));
            taps.add(AttributionFeature.gradient(point));
            probed().stream()
                    .filter(block -> point.layer() < block)
                    .forEach(block -> taps.add(gradient(point, block)));
        }
        return taps;
    }

    @Override
    public List<Tap> fitTaps() {
        return Stream.concat(
                        ablated().points().stream().map(AttributionFeature::activation),
                        probed().stream().map(ProbeShiftFeature::probe))
                .toList();
    }

    @Override
    public boolean needsLabels() {
        return false;
    }

    @Override
    public FeatureFitter fitter() {
        return new ProbeShiftFitter(this);
    }

    /// The state of the probes and of what is ablated as one.
    static FittedState join(FittedState ablated, Probes probes) {
        Map<String, Double> numbers = new HashMap<>(ablated.numbers());
        numbers.putAll(probes.numbers());
        Map<String, Matrix> tensors = new HashMap<>(ablated.tensors());
        tensors.putAll(probes.tensors());
        return new FittedState(numbers, tensors);
    }
}
