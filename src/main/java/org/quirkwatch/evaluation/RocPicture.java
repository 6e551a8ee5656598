package org.quirkwatch.evaluation;

import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.quirkwatch.evaluation.Overview.Entry;
import org.quirkwatch.evaluation.Overview.Scored;

/// The curves of the default and of the best detectors.
final class RocPicture {

    private RocPicture() {}

    static String of(Entry entry, String preferred, String id) {
        Plot plot =
                new Plot(
                        Axis.unit("normal rows that score as high"),
                        Axis.unit("anomalous rows that score as high"));
        plot.line(0, 0, 1, 1, "chance");
        Optional<Scored> own = entry.detector(preferred);
        Optional<Scored> online = entry.best(false).filter(b -> !b.name().equals(preferred));
        Optional<Scored> offline = entry.best(true).filter(b -> !b.name().equals(preferred));
        String drawn =
                Stream.of(
                                draw(plot, offline, "curve third", "best offline: "),
                                draw(plot, online, "curve second", "best online: "),
                                draw(plot, own, "curve first", "default: "))
                        .filter(text -> !text.isEmpty())
                        .collect(Collectors.joining("; "));
        return plot.figure(
                id,
                "Anomalous rows found for normal ones flagged",
                "ROC curves of %s. %s".formatted(entry.title(), drawn));
    }

    private static String draw(Plot plot, Optional<Scored> scored, String style, String what) {
        return scored.flatMap(s ->
                        s.pictures()
                                .map(pictures -> {
                                    plot.curve(pictures.roc(), style);
                                    String text = what + s.name() + ", " + Numbers.share(s.auroc());
                                    plot.key(style, text);
                                    return text;
                                }))
                .orElse("");
    }
}
