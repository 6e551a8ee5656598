package org.quirkwatch.fitting;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.IntStream;
import org.quirkwatch.bundled.Bundled;
import org.quirkwatch.checkpoint.Checkpoint;
import org.quirkwatch.detector.Aggregation;
import org.quirkwatch.detector.FittedLayers;
import org.quirkwatch.detector.JointFitter;
import org.quirkwatch.detector.Rule;
import org.quirkwatch.detector.Rules;
import org.quirkwatch.feature.Combination;
import org.quirkwatch.feature.FeatureRun;
import org.quirkwatch.feature.FeatureSet;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.model.CaptureSpec;
import org.quirkwatch.model.HookedModel;
import org.quirkwatch.model.Position;
import org.quirkwatch.model.Precision;
import org.quirkwatch.model.TokenizedSignal;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.progress.Progress;
import org.quirkwatch.signal.LabelRule;
import org.quirkwatch.signal.Signal;
import org.quirkwatch.signal.SignalLimits;
import org.quirkwatch.signal.SignalParser;
import org.quirkwatch.torch.ComputeDevice;

/// The table of docs/METHODS.md: every feature and every rule on the bundled model, what it costs
/// and how well it tells, under the method's split: fitted on easy trusted rows, tested on hard
/// ones with unseen names. `make methods` runs it.
///
/// AUROC is that of the mean over layers of raw scores, as the method has it, fitted on all trusted
/// rows; in brackets that of the standardised mean, with a fifth of them held out. Offline rules
/// learn from the test rows, without their labels. The cost is processor time of a verdict in a
/// batch of 32, divided by that of Mahalanobis on activations; the two are measured in turns.
final class MethodTable {

    private static final int BATCH = 32;
    private static final int TURNS = 40;

    private final HookedModel model;
    private final Path sae;
    private final List<TokenizedSignal> trusted;
    private final List<TokenizedSignal> test;
    private final boolean[] anomalous;

    private MethodTable(HookedModel model, List<Signal> trusted, List<Signal> test, Path sae) {
        this.model = model;
        this.sae = sae;
        this.trusted = trusted.stream().map(model::tokenize).toList();
        this.test = test.stream().map(model::tokenize).toList();
        this.anomalous = new boolean[test.size()];
        for (int i = 0; i < anomalous.length; i++) {
            anomalous[i] = test.get(i).id().contains("-bob-");
        }
    }

    /// Prints the table.
    ///
    /// @param arguments two files of `quirky generate`, trusted and test rows, the folder of a
    ///   sparse autoencoder, then pairs `FEATURE/RULE`; none for the whole table
    public static void main(String[] arguments) throws IOException {
        try (HookedModel model =
                HookedModel.load(
                        Checkpoint.open(Bundled.model()), ComputeDevice.CPU, Precision.AUTO)) {
            MethodTable table =
                    new MethodTable(
                            model,
                            read(Path.of(arguments[0])),
                            read(Path.of(arguments[1])),
                            Path.of(arguments[2]));
            table.print(List.of(arguments).subList(3, arguments.length));
        }
    }

    /// The rows: each feature by the rules that the method scores it with, and each rule on
    /// activations.
    private static SequencedMap<String, List<String>> rows() {
        List<String> all = Rules.all().stream().map(Rule::name).toList();
        SequencedMap<String, List<String>> rows = new LinkedHashMap<>();
        rows.put("activation", all);
        List<String> effects = List.of("mahalanobis", "lof", "isolation-forest", "quantum-entropy");
        for (String ablation : List.of("mean", "zero", "pcs", "pcs-legacy", "grad-norm", "raw")) {
            rows.put("attribution-" + ablation, effects);
        }
        rows.put("probe-shift-mean", effects);
        rows.put("probe-shift-pcs", effects);
        rows.put("misconception-contrast", List.of("value", "mahalanobis"));
        rows.put("iterative-rephrase", List.of("value", "mahalanobis"));
        rows.put("layer-difference", List.of("diagonal", "mahalanobis", "lof"));
        rows.put("surprisal", List.of("value"));
        rows.put("sae", List.of("diagonal", "l0", "mahalanobis", "lof"));
        rows.put("flow", List.of("mahalanobis", "laplace"));
        rows.put("misconception-contrast", List.of("value"));
        rows.put("iterative-rephrase", List.of("value"));
        rows.put("probe-shift-mean", List.of("mahalanobis", "lof", "quantum-entropy"));
        rows.put("attribution-mean-exact", List.of("lof"));
        rows.put("activation+layer-difference+attribution-mean+surprisal+sae", List.of("lof"));
        rows.put("activation+attribution-mean", List.of("mahalanobis", "lof"));
        rows.put("merge(activation+attribution-mean)", List.of("mahalanobis", "lof"));
        rows.put("concat(attribution-mean)", List.of("mahalanobis", "lof", "quantum-entropy"));
        return rows;
    }

    private void print(List<String> chosen) {
        System.out.println("| feature | rule | | AUROC | best layer | cost |");
        System.out.println("|---|---|---|---:|---:|---:|");
        Rows activation = new Rows(features("activation"));
        FittedLayers reference = fit(activation, "mahalanobis");
        SequencedMap<String, List<String>> wanted = rows();
        for (String pair : chosen) {
            String[] parts = pair.split("/", 2);
            wanted.putIfAbsent(parts[0], List.of(parts[1]));
        }
        wanted.forEach((feature, rules) -> {
            List<String> some =
                    rules.stream()
                            .filter(rule ->
                                    chosen.isEmpty() || chosen.contains(feature + "/" + rule))
                            .toList();
            if (some.isEmpty()) {
                return;
            }
            Rows rows = feature.equals("activation") ? activation : new Rows(features(feature));
            for (String rule : some) {
                System.out.println(row(feature, rule, rows, activation, reference));
                System.out.flush();
            }
        });
    }

    private String row(
            String feature, String rule, Rows rows, Rows activation, FittedLayers reference) {
        boolean offline = Rules.named(rule).offline();
        String kind = offline ? "offline" : "online";
        try {
            DetectMatrices.Detection raw = detect(rows, rule, Aggregation.MEAN, 0);
            String standardised;
            try {
                standardised =
                        number(
                                auroc(
                                        detect(rows, rule, Aggregation.STANDARDISED_MEAN, 0.2)
                                                .scores()
                                                .aggregated()));
            } catch (Problem e) {
                standardised = "–";
            }
            double best = 0;
            String where = "";
            for (int layer = 0; layer < raw.layers().size(); layer++) {
                int at = layer;
                double one =
                        auroc(
                                Arrays.stream(raw.scores().perLayer())
                                        .mapToDouble(scores -> scores[at])
                                        .toArray());
                if (one > best) {
                    best = one;
                    where = raw.layers().get(layer).replaceAll(".*:|hook_|attn\\.", "");
                }
            }
            return "| %s | %s | %s | %s (%s) | %s at %s | %.2f |"
                    .formatted(
                            feature,
                            rule,
                            kind,
                            number(auroc(raw.scores().aggregated())),
                            standardised,
                            number(best),
                            where,
                            cost(rows, fit(rows, rule), activation, reference));
        } catch (Problem e) {
            return "| %s | %s | %s | – | %s | – |".formatted(feature, rule, kind, e.detail());
        }
    }

    private DetectMatrices.Detection detect(
            Rows rows, String rule, Aggregation aggregation, double share) {
        return DetectMatrices.run(
                new DetectMatrices.Options(rule, Map.of(), aggregation, share, 0),
                rows.trusted,
                Optional.empty(),
                rows.test,
                Progress.silent());
    }

    private FeatureSet features(String name) {
        int open = name.indexOf('(');
        Combination combination =
                open < 0 ? Combination.ENSEMBLE : Combination.parse(name.substring(0, open));
        String parts = name.substring(open + 1).replace(")", "");
        FitOptions plain = FitOptions.defaults("table");
        FitOptions options =
                new FitOptions(
                        "table",
                        List.of(parts.split("\\+", -1)),
                        combination,
                        List.of(),
                        List.of(),
                        List.of(Position.LAST),
                        Optional.of(sae),
                        plain.rule(),
                        Map.of(),
                        plain.aggregation(),
                        0.5,
                        0);
        return FeatureFit.of(model, options).fit(model, trusted);
    }

    private FittedLayers fit(Rows rows, String rule) {
        JointFitter fitter =
                Rules.detector(rule, Map.of()).fitter(List.copyOf(rows.trusted.layers().keySet()));
        fitter.add(rows.trusted.layers());
        if (Rules.named(rule).offline()) {
            fitter.addUntrusted(rows.test.layers());
        }
        return fitter.fit();
    }

    /// In turns, so that what else runs on the machine slows both.
    private double cost(Rows rows, FittedLayers fitted, Rows activation, FittedLayers reference) {
        double mine = 0;
        double others = 0;
        for (int turn = 0; turn < TURNS; turn++) {
            mine += verdicts(rows, fitted, turn);
            others += verdicts(activation, reference, turn);
        }
        return mine / others;
    }

    private double verdicts(Rows rows, FittedLayers fitted, int turn) {
        int from = turn * BATCH % (test.size() - BATCH);
        List<TokenizedSignal> batch = test.subList(from, from + BATCH);
        CaptureSpec spec = rows.features.spec(true);
        double begin = processorSeconds();
        FeatureRun run = FeatureRun.of(model, rows.features, batch, spec);
        fitted.score(rows.features.extract(run.capture()).byLayer());
        return processorSeconds() - begin;
    }

    private static double processorSeconds() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                        .getProcessCpuTime()
                / 1e9;
    }

    /// The share of pairs of an anomalous and a normal row in which the anomalous one scores
    /// higher, ties half.
    private double auroc(double[] scores) {
        Integer[] order =
                IntStream.range(0, scores.length)
                        .boxed()
                        .sorted(Comparator.comparingDouble(i -> scores[i]))
                        .toArray(Integer[]::new);
        double below = 0;
        double sum = 0;
        double positives = 0;
        for (int from = 0; from < order.length; ) {
            int to = from;
            double normal = 0;
            double anomaly = 0;
            while (to < order.length && scores[order[to]] == scores[order[from]]) {
                anomaly += anomalous[order[to]] ? 1 : 0;
                normal += anomalous[order[to]] ? 0 : 1;
                to++;
            }
            sum += anomaly * (below + normal / 2);
            below += normal;
            positives += anomaly;
            from = to;
        }
        return sum / (positives * (order.length - positives));
    }

    private static String number(double auroc) {
        return String.format(Locale.ROOT, "%.3f", auroc);
    }

    private static List<Signal> read(Path file) throws IOException {
        SignalParser parser =
                new SignalParser(SignalLimits.DEFAULT, LabelRule.REQUIRED, () -> "row");
        List<Signal> signals = new ArrayList<>();
        for (String line : java.nio.file.Files.readAllLines(file)) {
            signals.add(parser.parse(line.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
        }
        return signals;
    }

    /// The features of all rows.
    private final class Rows {
        private final FeatureSet features;
        private final LayerRows trusted;
        private final LayerRows test;

        Rows(FeatureSet features) {
            this.features = features;
            this.trusted = rows("trusted", MethodTable.this.trusted);
            this.test = rows("test", MethodTable.this.test);
        }

        private LayerRows rows(String name, List<TokenizedSignal> signals) {
            Map<String, double[][]> byLayer = new LinkedHashMap<>();
            new ModelRows(model, features, signals)
                    .read(
                            IntStream.range(0, signals.size()).boxed().toList(),
                            (places, batch) ->
                                    batch.forEach((layer, matrix) -> {
                                        double[][] all =
                                                byLayer.computeIfAbsent(
                                                        layer, l -> new double[signals.size()][]);
                                        for (int i = 0; i < places.size(); i++) {
                                            all[places.get(i)] = matrix.row(i);
                                        }
                                    }));
            SequencedMap<String, Matrix> layers = new LinkedHashMap<>();
            byLayer.forEach((layer, all) -> layers.put(layer, Matrix.ofRows(all)));
            return new LayerRows(name, layers);
        }
    }
}
