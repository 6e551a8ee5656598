package org.quirkwatch.feature;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

/// The features. A new one is a file of its own and a line here.
public final class FeatureKinds {

    private static final List<FeatureKind> ALL = all();

    private FeatureKinds() {}

    private static List<FeatureKind> all() {
        List<FeatureKind> kinds = new ArrayList<>();
        kinds.add(ActivationFeature.KIND);
        kinds.addAll(AttributionFeature.KINDS);
        kinds.addAll(ExactAttributionFeature.KINDS);
        kinds.addAll(ProbeShiftFeature.KINDS);
        kinds.add(LayerDifferenceFeature.KIND);
        kinds.add(SurprisalFeature.KIND);
        kinds.add(SaeFeature.KIND);
        kinds.add(FlowFeature.KIND);
        kinds.add(MisconceptionFeature.KIND);
        kinds.add(IterativeRephraseFeature.KIND);
        return List.copyOf(kinds);
    }

    /// All of them, in the order in which they are shown.
    public static List<FeatureKind> list() {
        return ALL;
    }

    /// The kind of a name.
    ///
    /// @throws Problem `invalid-fit` for an unknown one: lists those that there are
    public static FeatureKind named(String name) {
        return ALL.stream()
                .filter(kind -> kind.name().equals(name))
                .findFirst()
                .orElseThrow(() ->
                        new Problem(
                                ProblemCode.INVALID_FIT,
                                "there is no feature \"%s\": expected one of %s"
                                        .formatted(name, names())));
    }

    private static String names() {
        return ALL.stream().map(FeatureKind::name).collect(Collectors.joining(", "));
    }
}
