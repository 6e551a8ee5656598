package org.quirkwatch.evaluation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.quirkwatch.detector.Aggregation;
import org.quirkwatch.evaluation.Overview.Entry;

/// One of our results beside those that others have published for the same task and detector.
///
/// @param task the rows
/// @param detector the detector
/// @param ours AUROC of the mean of raw scores
/// @param mistral AUROC of Mistral 7B, NaN where there is none
/// @param llama AUROC of Llama 3.1 8B, NaN where there is none
record PublishedRow(String task, String detector, double ours, double mistral, double llama) {

    /// The rows for all results under the shift that the published ones have.
    static List<PublishedRow> of(Overview overview) {
        SequencedMap<String, Map<String, Double>> published = new LinkedHashMap<>();
        for (Published one : Published.all()) {
            published
                    .computeIfAbsent(
                            one.task() + " " + one.detector(), key -> new LinkedHashMap<>())
                    .put(one.model(), one.auroc());
        }
        List<PublishedRow> rows = new ArrayList<>();
        for (Entry entry : overview.of(Shift.EASY_TO_HARD.text())) {
            entry.detectors()
                    .forEach((name, scored) -> {
                        Map<String, Double> others =
                                published.get(entry.subject().data() + " " + name);
                        if (others != null) {
                            rows.add(
                                    new PublishedRow(
                                            entry.subject().name(),
                                            name,
                                            scored.auroc(Aggregation.MEAN),
                                            others.getOrDefault("Mistral 7B", Double.NaN),
                                            others.getOrDefault("Llama 3.1 8B", Double.NaN)));
                        }
                    });
        }
        return rows;
    }
}
