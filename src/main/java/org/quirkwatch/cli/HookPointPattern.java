package org.quirkwatch.cli;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.quirkwatch.model.HookPoint;
import org.quirkwatch.model.Site;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

/// One entry of `--hook-points`: a hook point's name, a name with `*` for any run of characters, or
/// `all`.
///
/// @param text as it was given
record HookPointPattern(String text) {

    /// Checks a text without `*` right away, so that a mistyped name is wrong usage.
    static HookPointPattern parse(String text) {
        if (!text.equals("all") && text.indexOf('*') < 0) {
            HookPoint.parse(text);
        }
        return new HookPointPattern(text);
    }

    /// The hook points that some patterns mean in a model, in the order of the patterns and within
    /// one in the model's, none twice.
    ///
    /// @param nLayers the model's blocks
    /// @throws Problem `invalid-request` for a pattern that means none
    static List<HookPoint> resolve(List<HookPointPattern> patterns, int nLayers) {
        SequencedSet<HookPoint> points = new LinkedHashSet<>();
        for (HookPointPattern pattern : patterns) {
            List<HookPoint> meant = pattern.in(nLayers);
            if (meant.isEmpty()) {
                throw new Problem(
                        ProblemCode.INVALID_REQUEST,
                        "\"%s\" means no hook point of a model with blocks 0 to %d"
                                .formatted(pattern.text, nLayers - 1));
            }
            points.addAll(meant);
        }
        return List.copyOf(points);
    }

    private List<HookPoint> in(int nLayers) {
        if (!text.equals("all") && text.indexOf('*') < 0) {
            HookPoint point = HookPoint.parse(text);
            return point.layer() < nLayers ? List.of(point) : List.of();
        }
        String glob = text.equals("all") ? "*" : text;
        Pattern pattern =
                Pattern.compile(
                        List.of(glob.split("\\*", -1)).stream()
                                .map(Pattern::quote)
                                .collect(Collectors.joining(".*")));
        List<HookPoint> points = new ArrayList<>();
        for (int layer = 0; layer < nLayers; layer++) {
            for (Site site : Site.values()) {
                HookPoint point = new HookPoint(layer, site);
                if (pattern.matcher(point.toString()).matches()) {
                    points.add(point);
                }
            }
        }
        return points;
    }
}
