package org.quirkwatch.feature;

import java.util.List;
import java.util.stream.Stream;
import org.quirkwatch.linalg.FittedState;
import org.quirkwatch.model.CaptureSpec;
import org.quirkwatch.model.HookPoint;
import org.quirkwatch.model.Position;
import org.quirkwatch.model.Site;
import org.quirkwatch.model.Tap;

/// How much the answer changes when the output of an attention head is replaced, by replacing it:
/// e_h = y(x with z_h at the last prompt token replaced) − y(x), with y the contrast of the second
/// choice against the first. What [AttributionFeature] estimates from one gradient; here each head
/// costs a pass of one token per signal. One layer per block, a column per head.
///
/// Where and what heads are, is as in [AttributionFeature].
///
/// @param ablation [Ablation#MEAN] or [Ablation#ZERO]
/// @param points one per layer, all of one site
/// @param heads of the model
record ExactAttributionFeature(Ablation ablation, List<HookPoint> points, int heads)
        implements Feature {

    /// A kind for each of the two ablations.
    static final List<FeatureKind> KINDS =
            Stream.of(Ablation.MEAN, Ablation.ZERO).<FeatureKind>map(Kind::new).toList();

    /// Half of what a pass takes, so that both kinds fit into one.
    private static final int MOST_PATCHES = CaptureSpec.MOST_PATCHES / 2;

    /// Checks the number of patches.
    ///
    /// @throws IllegalArgumentException when there are too many
    ExactAttributionFeature {
        points = List.copyOf(points);
        if (!((long) points.size() * heads <= MOST_PATCHES)) {
            throw new IllegalArgumentException(
                    "%d heads at %d hook points are more than %d patches"
                            .formatted(heads, points.size(), MOST_PATCHES));
        }
    }

    private record Kind(Ablation ablation) implements FeatureKind {
        @Override
        public String name() {
            return "attribution-" + ablation.text() + "-exact";
        }

        @Override
        public String summary() {
            return ablation == Ablation.MEAN
                    ? "what putting its trusted mean in each head's place changes in the answer"
                    : "what leaving out each head changes in the answer";
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
                AttributionFeature.requireSites(points);
                return new ExactAttributionFeature(ablation, points, view.nHeads());
            } catch (IllegalArgumentException e) {
                throw FeatureView.invalid(name() + ": " + e.getMessage());
            }
        }

        @Override
        public FeatureExtractor restore(List<Tap> taps, FittedState state) {
            List<HookPoint> points = taps.stream().map(Tap::point).distinct().toList();
            AttributionFeature.requireSites(points);
            int heads = state.count(ExactAttributionExtractor.HEADS, 1);
            ExactAttributionFeature feature = new ExactAttributionFeature(ablation, points, heads);
            if (!feature.taps().equals(taps)) {
                throw new IllegalArgumentException(
                        "%s reads the activation at each point".formatted(name()));
            }
            return new ExactAttributionExtractor(feature, state);
        }
    }

    @Override
    public FeatureKind kind() {
        return new Kind(ablation);
    }

    @Override
    public List<Tap> taps() {
        return points.stream().map(AttributionFeature::activation).toList();
    }

    /// The answer has to be one of given choices.
    @Override
    public boolean needsLabels() {
        return true;
    }

    @Override
    public FeatureFitter fitter() {
        return new ExactAttributionFitter(this);
    }
}
