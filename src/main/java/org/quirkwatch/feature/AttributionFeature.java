package org.quirkwatch.feature;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.quirkwatch.linalg.FittedState;
import org.quirkwatch.model.HookPoint;
import org.quirkwatch.model.Position;
import org.quirkwatch.model.Quantity;
import org.quirkwatch.model.Site;
import org.quirkwatch.model.Tap;

/// How much the answer would change if the output of an attention head were replaced: the
/// first-order estimate of attribution patching (arXiv 2504.08812), with the output function y =
/// the contrast of the second choice against the first, at the last token of the prompt. One layer
/// per block; a column per head, for [Ablation#PCS] ten.
///
/// At `attn.hook_z`, what enters the output projection, heads are true heads. At `hook_attn_out`,
/// what leaves it, they are as many blocks of coordinates: the form that the paper's first numbers
/// come from.
///
/// @param ablation what is told
/// @param points one per layer, all of one of those sites
/// @param heads of the model
record AttributionFeature(Ablation ablation, List<HookPoint> points, int heads) implements Feature {

    /// A kind for each ablation.
    static final List<FeatureKind> KINDS =
            Arrays.stream(Ablation.values()).<FeatureKind>map(Kind::new).toList();

    AttributionFeature {
        points = List.copyOf(points);
    }

    private record Kind(Ablation ablation) implements FeatureKind {
        @Override
        public String name() {
            return "attribution-" + ablation.text();
        }

        @Override
        public String summary() {
            return switch (ablation) {
                case MEAN -> "effect on the answer of each head's ablation by its trusted mean";
                case ZERO -> "effect on the answer of each head's ablation by nothing";
                case PCS ->
                        "effect on the answer of each head's ablation along ten trusted principal"
                                + " directions";
                case PCS_LEGACY -> "the same as the original computed it";
                case GRAD_NORM -> "squared norm of the answer's gradient at each head";
                case RAW -> "the answer's gradient at the heads";
            };
        }

        @Override
        public Feature of(FeatureView view) {
            List<HookPoint> points = view.points(Site.ATTN_Z);
            if (!view.positions().equals(List.of(Position.LAST))) {
                throw FeatureView.invalid(
                        "%s looks at the last token of the prompt, no other position"
                                .formatted(name()));
            }
            try {
                requireSites(points);
            } catch (IllegalArgumentException e) {
                throw FeatureView.invalid(name() + ": " + e.getMessage());
            }
            return new AttributionFeature(ablation, points, view.nHeads());
        }

        @Override
        public FeatureExtractor restore(List<Tap> taps, FittedState state) {
            List<HookPoint> points = taps.stream().map(Tap::point).distinct().toList();
            requireSites(points);
            int heads = state.count(AttributionExtractor.HEADS, 1);
            AttributionFeature feature = new AttributionFeature(ablation, points, heads);
            if (!feature.taps().equals(taps)) {
                throw new IllegalArgumentException(
                        "%s reads activation and gradient at each point".formatted(name()));
            }
            return AttributionExtractor.of(feature, state);
        }
    }

    /// Checks that all points are of one of the two sites, each once.
    ///
    /// @throws IllegalArgumentException where not
    static void requireSites(List<HookPoint> points) {
        if (points.isEmpty()) {
            throw new IllegalArgumentException("a hook point is needed, got none");
        }
        Site site = points.getFirst().site();
        boolean known = site == Site.ATTN_Z || site == Site.ATTN_OUT;
        if (!known || points.stream().anyMatch(point -> point.site() != site)) {
            throw new IllegalArgumentException(
                    "all hook points must be attn.hook_z, or all hook_attn_out, got " + points);
        }
        if (points.stream().distinct().count() != points.size()) {
            throw new IllegalArgumentException("a hook point is asked for twice in " + points);
        }
    }

    @Override
    public FeatureKind kind() {
        return new Kind(ablation);
    }

    @Override
    public List<Tap> taps() {
        return points.stream()
                .flatMap(point ->
                        ablation.needsActivation()
                                ? Stream.of(activation(point), gradient(point))
                                : Stream.of(gradient(point)))
                .toList();
    }

    static Tap activation(HookPoint point) {
        return Tap.activation(point, Position.LAST);
    }

    static Tap gradient(HookPoint point) {
        return new Tap(point, Position.LAST, new Quantity.Gradient(Quantity.Objective.CONTRAST));
    }

    @Override
    public boolean needsLabels() {
        return false;
    }

    @Override
    public FeatureFitter fitter() {
        return ablation.needsMean()
                ? new AttributionFitter(this)
                : new NothingToLearn(AttributionExtractor.withoutMean(this));
    }
}
