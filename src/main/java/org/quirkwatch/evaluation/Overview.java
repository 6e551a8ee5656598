package org.quirkwatch.evaluation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SequencedMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import org.quirkwatch.detector.Aggregation;
import org.quirkwatch.evaluation.ResultLine.Aggregated;
import org.quirkwatch.evaluation.ResultLine.Cell;
import org.quirkwatch.evaluation.ResultLine.Flags;
import org.quirkwatch.evaluation.ResultLine.Geometry;
import org.quirkwatch.evaluation.ResultLine.Quality;
import org.quirkwatch.evaluation.ResultLine.Subject;

/// Results put in order for a report: what was evaluated, and each detector there with its seeds
/// together.
///
/// @param entries a model, its rows and a shift each, in the order in which they came
/// @param preferred the name of the default detector
record Overview(List<Entry> entries, String preferred) {

    /// A model, its rows and a shift.
    ///
    /// @param detectors by name, in the order in which they came
    /// @param problems why detectors could not be evaluated, by name
    record Entry(
            Subject subject,
            Optional<Quality> quality,
            Optional<Geometry> geometry,
            SequencedMap<String, Scored> detectors,
            SequencedMap<String, String> problems) {

        Optional<Scored> detector(String name) {
            return Optional.ofNullable(detectors.get(name));
        }

        /// The detector of the highest AUROC: picked on the very rows that it is reported on.
        Optional<Scored> best(boolean offline) {
            return detectors.values().stream()
                    .filter(scored -> scored.offline() == offline)
                    .max(Comparator.comparingDouble(Scored::auroc));
        }

        /// Whether there is a quirk to find, or nothing is known of it.
        boolean isQuirky() {
            return quality.map(Quality::quirky).orElse(true);
        }

        /// The subject with its shift.
        String title() {
            return subject.shift().equals(Shift.AS_GIVEN.text())
                    ? subject.name()
                    : "%s, %s".formatted(subject.name(), shiftText());
        }

        String shiftText() {
            return switch (subject.shift()) {
                case "easy-to-hard" -> "easy → hard";
                case "none" -> "no shift";
                case "same-names" -> "same names";
                default -> subject.shift();
            };
        }
    }

    /// A detector on one entry, over seeds.
    ///
    /// @param name feature and rule
    /// @param offline whether it learned from untrusted rows
    /// @param cells one per seed, each with a result
    record Scored(String name, boolean offline, List<Cell> cells) {

        /// The results of an aggregation, one per seed where it was possible.
        List<Aggregated> of(String aggregation) {
            return cells.stream()
                    .flatMap(cell -> cell.result().stream())
                    .flatMap(result -> result.of(aggregation).stream())
                    .toList();
        }

        /// The aggregation that is shown: that of the service, and the plain mean where the layers
        /// have no common scale.
        List<Aggregated> shown() {
            List<Aggregated> standard = of(Aggregation.STANDARDISED_MEAN.text());
            return standard.isEmpty() ? of(Aggregation.MEAN.text()) : standard;
        }

        double auroc() {
            return mean(shown(), Aggregated::auroc);
        }

        double ap() {
            return mean(shown(), Aggregated::ap);
        }

        double remainder() {
            return mean(shown(), Aggregated::remainder);
        }

        /// Bounds of the bootstrap interval, their means over seeds.
        Optional<Interval> interval() {
            List<Interval> all = shown().stream().flatMap(a -> a.aurocInterval().stream()).toList();
            return all.isEmpty()
                    ? Optional.empty()
                    : Optional.of(
                            new Interval(mean(all, Interval::low), mean(all, Interval::high)));
        }

        /// Largest less smallest AUROC over seeds.
        double range() {
            double[] all = shown().stream().mapToDouble(Aggregated::auroc).toArray();
            return DoubleStream.of(all).max().orElse(Double.NaN)
                    - DoubleStream.of(all).min().orElse(Double.NaN);
        }

        /// AUROC of another aggregation.
        double auroc(Aggregation aggregation) {
            return mean(of(aggregation.text()), Aggregated::auroc);
        }

        /// AUROC where both behaviours give the same label, or where they do not.
        double subset(boolean agree) {
            return mean(
                    shown().stream()
                            .map(a -> agree ? a.agree().auroc() : a.disagree().auroc())
                            .filter(OptionalDouble::isPresent)
                            .toList(),
                    OptionalDouble::getAsDouble);
        }

        /// AUROC of each layer by its name, over seeds.
        SequencedMap<String, Double> layers() {
            SequencedMap<String, List<Double>> all = new LinkedHashMap<>();
            for (Cell cell : cells) {
                cell.result()
                        .ifPresent(result ->
                                result.layers()
                                        .forEach(layer ->
                                                all.computeIfAbsent(
                                                                layer.layer(),
                                                                name -> new ArrayList<>())
                                                        .add(layer.auroc())));
            }
            SequencedMap<String, Double> means = new LinkedHashMap<>();
            all.forEach((layer, values) -> means.put(layer, mean(values, value -> value)));
            return means;
        }

        /// What is flagged at each level, means over seeds; bands of the first seed.
        List<Flags> flags() {
            SequencedMap<Double, List<Flags>> byAlpha = new LinkedHashMap<>();
            shown().forEach(a ->
                    a.flags()
                            .forEach(f ->
                                    byAlpha.computeIfAbsent(f.alpha(), x -> new ArrayList<>())
                                            .add(f)));
            return byAlpha.values().stream()
                    .map(all ->
                            new Flags(
                                    all.getFirst().alpha(),
                                    mean(all, Flags::falseRate),
                                    mean(all, Flags::trueRate),
                                    all.getFirst().band(),
                                    all.getFirst().calibratedBand()))
                    .toList();
        }

        Uniformity uniformity() {
            return new Uniformity(
                    mean(shown(), a -> a.uniformity().distance()),
                    mean(shown(), a -> a.uniformity().excess()));
        }

        double seconds() {
            return mean(cells, Cell::seconds);
        }

        /// What is drawn: of the first seed.
        Optional<ResultLine.Pictures> pictures() {
            return cells.getFirst().result().flatMap(ResultLine.Result::pictures);
        }
    }

    /// Puts lines in order. Of detectors that were evaluated with several calibration shares or
    /// untrusted sources the last one counts.
    static Overview of(List<ResultLine> lines, String preferred) {
        SequencedMap<Subject, List<ResultLine>> bySubject = new LinkedHashMap<>();
        lines.forEach(line ->
                bySubject.computeIfAbsent(line.subject(), s -> new ArrayList<>()).add(line));
        Map<String, Quality> qualities = new LinkedHashMap<>();
        for (ResultLine line : lines) {
            if (line instanceof Quality quality) {
                // The same rows of validation under every shift.
                qualities.put(model(quality.subject()), quality);
            }
        }
        List<Entry> entries = new ArrayList<>();
        bySubject.forEach((subject, some) -> {
            Entry entry = entry(subject, Optional.ofNullable(qualities.get(model(subject))), some);
            if (!entry.detectors().isEmpty() || !entry.problems().isEmpty()) {
                entries.add(entry);
            }
        });
        // However the results came about, in one run or in several.
        entries.sort(
                Comparator.comparing((Entry entry) -> entry.subject().data())
                        .thenComparing(entry -> entry.subject().model())
                        .thenComparing(entry -> Shift.parse(entry.subject().shift())));
        return new Overview(entries, preferred);
    }

    private static String model(Subject subject) {
        return subject.modelDigest() + " " + subject.data();
    }

    private static Entry entry(Subject subject, Optional<Quality> quality, List<ResultLine> lines) {
        SequencedMap<String, SequencedMap<Long, Cell>> cells = new LinkedHashMap<>();
        SequencedMap<String, String> problems = new LinkedHashMap<>();
        Optional<Geometry> geometry = Optional.empty();
        for (ResultLine line : lines) {
            switch (line) {
                case Cell cell when cell.result().isPresent() ->
                        cells.computeIfAbsent(cell.detector().name(), n -> new LinkedHashMap<>())
                                .put(cell.detector().seed(), cell);
                case Cell cell ->
                        problems.put(cell.detector().name(), cell.problem().orElse("unknown"));
                case Geometry found -> geometry = Optional.of(found);
                case Quality known -> {}
            }
        }
        SequencedMap<String, Scored> detectors = new LinkedHashMap<>();
        cells.forEach((name, seeds) -> {
            List<Cell> all = List.copyOf(seeds.values());
            detectors.put(name, new Scored(name, all.getFirst().detector().offline(), all));
        });
        return new Entry(subject, quality, geometry, detectors, problems);
    }

    /// All detectors of any entry, in the order in which they came.
    List<String> detectorNames() {
        return entries.stream()
                .flatMap(entry -> entry.detectors().sequencedKeySet().stream())
                .distinct()
                .toList();
    }

    /// The shifts, in the order in which they came.
    List<String> shifts() {
        return entries.stream().map(entry -> entry.subject().shift()).distinct().toList();
    }

    List<Entry> of(String shift) {
        return entries.stream().filter(e -> e.subject().shift().equals(shift)).toList();
    }

    static <T> double mean(List<T> values, ToDoubleFunction<T> value) {
        return values.stream().mapToDouble(value).average().orElse(Double.NaN);
    }
}
