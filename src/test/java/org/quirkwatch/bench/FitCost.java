package org.quirkwatch.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.quirkwatch.detector.FittedLayers;
import org.quirkwatch.detector.JointFitter;
import org.quirkwatch.detector.Rules;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.torch.ComputeDevice;
import org.quirkwatch.torch.Program;
import org.quirkwatch.torch.Scope;

/// What fitting Mahalanobis costs against the one decomposition per layer that it needs: `./mvnw
/// test -Dtest=FitCost`. Prints a row for docs/LOG.md. Random rows of the width of large models;
/// the layers are measured in turns with the bare call, which takes minutes.
class FitCost {

    private static final int ROWS = Integer.getInteger("quirkwatch.bench.rows", 4000);
    private static final int WIDTH = Integer.getInteger("quirkwatch.bench.width", 4096);
    private static final int LAYERS = Integer.getInteger("quirkwatch.bench.layers", 2);

    /// Rows of a batch, as they come from a model.
    private static final int BATCH = 64;

    @Test
    void fittingAgainstTheBareDecomposition() throws IOException {
        double bare = 0;
        double fitting = 0;
        for (int layer = 0; layer < LAYERS; layer++) {
            bare += bare(layer);
            fitting += fit(layer);
        }
        System.out.printf(
                Locale.ROOT,
                "| %s | fitting Mahalanobis on %d rows of width %d, %d layer(s) ÷ their bare singular"
                        + " value decompositions; most resident memory, with 2 x %d MiB for the rows"
                        + " themselves | %.2f (%.1f and %.1f s); %s; required at most 2 | cpu, %d"
                        + " cores | `./mvnw test -Dtest=FitCost` |%n",
                LocalDate.now(ZoneOffset.UTC),
                ROWS,
                WIDTH,
                LAYERS,
                ((long) ROWS * WIDTH * Double.BYTES) >> 20,
                fitting / bare,
                fitting,
                bare,
                mostResident(),
                Runtime.getRuntime().availableProcessors());
    }

    private static double bare(int layer) {
        double[] centred = values(layer);
        double[] mean = new double[WIDTH];
        for (int i = 0; i < centred.length; i++) {
            mean[i % WIDTH] += centred[i] / ROWS;
        }
        for (int i = 0; i < centred.length; i++) {
            centred[i] -= mean[i % WIDTH];
        }
        try (Program program = Program.load("linalg", ComputeDevice.CPU);
                Scope scope = Scope.open(ComputeDevice.CPU)) {
            Program.Argument rows = Program.one(scope.tensor(centred, ROWS, WIDTH));
            long begin = System.nanoTime();
            long[] shape =
                    program.call(scope, Program.Mode.INFERENCE, "svd", rows).getLast().shape();
            double seconds = (System.nanoTime() - begin) / 1e9;
            assertThat(shape).containsExactly(WIDTH, Math.min(ROWS, WIDTH));
            return seconds;
        }
    }

    private static double fit(int layer) {
        List<Map<String, Matrix>> batches = new ArrayList<>();
        double[] values = values(layer);
        IntStream.iterate(0, from -> from < ROWS, from -> from + BATCH)
                .forEach(from -> {
                    int count = Math.min(BATCH, ROWS - from);
                    double[] batch = new double[count * WIDTH];
                    System.arraycopy(values, from * WIDTH, batch, 0, batch.length);
                    Map<String, Matrix> byLayer = new LinkedHashMap<>();
                    byLayer.put("layer", Matrix.wrap(count, WIDTH, batch));
                    batches.add(byLayer);
                });
        long begin = System.nanoTime();
        JointFitter fitter = Rules.detector("mahalanobis", Map.of()).fitter(List.of("layer"));
        batches.forEach(fitter::add);
        FittedLayers fitted = fitter.fit();
        double seconds = (System.nanoTime() - begin) / 1e9;
        assertThat(fitted.score(batches.getFirst())).isNotEmpty();
        return seconds;
    }

    private static double[] values(int layer) {
        SplittableRandom random = new SplittableRandom(layer);
        double[] values = new double[ROWS * WIDTH];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextDouble(-1, 1);
        }
        return values;
    }

    /// Where the operating system tells it.
    private static String mostResident() throws IOException {
        Path status = Path.of("/proc/self/status");
        if (!Files.isReadable(status)) {
            return "unknown";
        }
        return Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("VmHWM"))
                .map(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024 + " MiB")
                .findFirst()
                .orElse("unknown");
    }
}
