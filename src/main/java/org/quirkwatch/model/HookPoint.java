package org.quirkwatch.model;

import java.util.Arrays;
import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

/// A place in the model where a value is tapped, printed as TransformerLens does:
/// `blocks.3.hook_resid_pre`. Ordered by block, then by the order in which a block computes its
/// sites.
///
/// @param layer the block, from 0
/// @param site where in the block
public record HookPoint(int layer, Site site) implements Comparable<HookPoint> {

    private static final Pattern NAME = Pattern.compile("blocks\\.(\\d{1,4})\\.([a-z_.]+)");
    private static final Comparator<HookPoint> ORDER =
            Comparator.comparingInt(HookPoint::layer).thenComparing(HookPoint::site);

    /// Checks that the layer is not negative.
    public HookPoint {
        if (!(layer >= 0)) {
            throw new IllegalArgumentException("a layer is 0 or more, got " + layer);
        }
    }

    /// The hook point of a name.
    ///
    /// @throws Problem `invalid-request` for another text
    public static HookPoint parse(String name) {
        Matcher matcher = NAME.matcher(name);
        if (matcher.matches()) {
            var site = Site.ofHookName(matcher.group(2));
            if (site.isPresent()) {
                return new HookPoint(Integer.parseInt(matcher.group(1)), site.get());
            }
        }
        String sites =
                Arrays.stream(Site.values()).map(Site::hookName).collect(Collectors.joining(", "));
        throw new Problem(
                ProblemCode.INVALID_REQUEST,
                "\"%s\" is no hook point: expected blocks.<layer>.<site> with a site of %s"
                        .formatted(name, sites));
    }

    @Override
    public int compareTo(HookPoint other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return "blocks." + layer + "." + site.hookName();
    }
}
