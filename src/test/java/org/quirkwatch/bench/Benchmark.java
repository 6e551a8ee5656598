package org.quirkwatch.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quirkwatch.checkpoint.Checkpoint;
import org.quirkwatch.checkpoint.ScanMemory;
import org.quirkwatch.model.CaptureSpec;
import org.quirkwatch.model.CaptureSpec.Outputs;
import org.quirkwatch.model.HookPoint;
import org.quirkwatch.model.HookedModel;
import org.quirkwatch.model.Position;
import org.quirkwatch.model.Precision;
import org.quirkwatch.model.Site;
import org.quirkwatch.model.Tap;
import org.quirkwatch.model.TokenizedSignal;
import org.quirkwatch.signal.Signal;
import org.quirkwatch.torch.ComputeDevice;
import org.quirkwatch.torch.DType;
import org.quirkwatch.torch.Program;
import org.quirkwatch.torch.Scope;
import org.quirkwatch.torch.Tensor;

/// What the decoder costs: `make bench`. Prints rows for docs/LOG.md. It fails on a wrong result
/// and not on a slow one, since machines differ. What is compared is timed in turns, each
/// repetition gives one ratio, and the median counts, so that what else runs on the machine weighs
/// on both sides.
class Benchmark {

    private static final int ROWS = 8;
    private static final int POS = 128;
    private static final int REPETITIONS = Integer.getInteger("quirkwatch.bench.repetitions", 7);
    private static final int WARM_UPS = 2;
    private static final RandomCheckpoint DECODER = new RandomCheckpoint(6, 1024, 2816, 16);
    private static final RandomCheckpoint TWO_GIB = new RandomCheckpoint(21, 2048, 5632, 16);

    @TempDir Path folder;

    /// Something whose time is taken.
    private interface Step {
        void run() throws IOException;
    }

    @Test
    void decoderAgainstMatrixProductAndTaps() throws IOException {
        Path directory = folder.resolve("decoder");
        DECODER.write(directory, 1);
        for (Precision precision : List.of(Precision.FLOAT32, Precision.BFLOAT16)) {
            measureDecoder(directory, precision);
        }
    }

    private static void measureDecoder(Path directory, Precision precision) throws IOException {
        DType dtype = precision == Precision.BFLOAT16 ? DType.BFLOAT16 : DType.FLOAT32;
        ComputeDevice device = ComputeDevice.parse("auto");
        try (HookedModel model = HookedModel.load(Checkpoint.open(directory), device, precision);
                Scope scope = Scope.open(device);
                Program product = Program.load("linalg", device)) {
            List<Tap> taps = new ArrayList<>();
            for (int layer = 0; layer < DECODER.layers(); layer++) {
                taps.add(Tap.activation(new HookPoint(layer, Site.RESID_PRE), Position.LAST));
            }
            List<TokenizedSignal> batch = batch(ROWS, POS);
            CaptureSpec bare = new CaptureSpec(List.of(), Outputs.LABELS);
            CaptureSpec tapped = new CaptureSpec(taps, Outputs.LABELS);
            double[] answers = model.run(batch, tapped).labelLogProb();
            assertThat(Arrays.stream(answers).filter(Double::isFinite).count()).isEqualTo(ROWS);

            Tensor a = matrix(scope, dtype, ROWS * POS, DECODER.width());
            Tensor b = matrix(scope, dtype, DECODER.width(), DECODER.mlp());
            double productFlops = 2.0 * ROWS * POS * DECODER.width() * DECODER.mlp();
            double forwardFlops = DECODER.flops(ROWS, POS);
            int products = (int) Math.round(forwardFlops / productFlops);

            double[][] seconds =
                    interleaved(
                            () -> {
                                for (int i = 0; i < products; i++) {
                                    try (Scope inner = Scope.open(device)) {
                                        product.call(
                                                inner,
                                                Program.Mode.INFERENCE,
                                                "multiply",
                                                Program.one(a),
                                                Program.one(b));
                                    }
                                }
                            },
                            () -> model.run(batch, bare),
                            () -> model.run(batch, tapped));
            String name = precision.text();
            double productRate = products * productFlops / median(seconds[0]) / 1e9;
            double forwardRate = forwardFlops / median(seconds[1]) / 1e9;
            double[] against = new double[REPETITIONS];
            double[] cost = new double[REPETITIONS];
            for (int i = 0; i < REPETITIONS; i++) {
                against[i] =
                        (forwardFlops / seconds[1][i]) / (products * productFlops / seconds[0][i]);
                cost[i] = seconds[2][i] / seconds[1][i];
            }
            row(
                    "forward of a decoder of width 1024 (6 blocks, 8 x 128 tokens, %s) ÷ matrix product"
                            .formatted(name),
                    "%.2f (%.0f and %.0f GFLOP/s); required 0.85"
                            .formatted(median(against), forwardRate, productRate),
                    device);
            row(
                    "tapped (all resid_pre, last position) ÷ untapped forward, %s".formatted(name),
                    "%.3f; required at most 1.05".formatted(median(cost)),
                    device);
        }
    }

    @Test
    void readyAgainstReadingTheFile() throws IOException, InterruptedException {
        Path directory = folder.resolve("two-gib");
        TWO_GIB.write(directory, 2);
        Path file = directory.resolve("model.safetensors");
        // Files that changed a moment ago are not remembered.
        Thread.sleep(3_000);
        ScanMemory memory = ScanMemory.of(folder.resolve("cache").toString());
        measureLoading(directory, file, ScanMemory.none(), REPETITIONS, false);
        measureLoading(directory, file, memory, REPETITIONS, false);
        if (forget(file)) {
            measureLoading(directory, file, ScanMemory.none(), Math.min(REPETITIONS, 3), true);
            measureLoading(directory, file, memory, Math.min(REPETITIONS, 3), true);
        }
    }

    /// @param memory keeps nothing for a first start; else all but the very first loading are later
    ///   ones
    /// @param fromDisk whether the operating system forgets the file before each reading
    private static void measureLoading(
            Path directory, Path file, ScanMemory memory, int repetitions, boolean fromDisk)
            throws IOException, InterruptedException {
        ComputeDevice device = ComputeDevice.parse("auto");
        List<TokenizedSignal> one = batch(1, 16);
        CaptureSpec spec = new CaptureSpec(List.of(), Outputs.LABELS);
        double[] read = new double[repetitions];
        double[] ready = new double[repetitions];
        double[] ratio = new double[repetitions];
        double[] answered = new double[repetitions];
        long bytes = 0;
        for (int i = fromDisk ? 0 : -1; i < repetitions; i++) {
            int at = Math.max(0, i);
            prepare(file, fromDisk);
            long begin = System.nanoTime();
            bytes = read(file);
            read[at] = since(begin);

            prepare(file, fromDisk);
            begin = System.nanoTime();
            try (HookedModel model =
                    HookedModel.load(
                            Checkpoint.open(directory, Optional.empty(), memory),
                            device,
                            Precision.BFLOAT16)) {
                ready[at] = since(begin);
                assertThat(model.run(one, spec).labelLogProb()[0]).isFinite();
                answered[at] = since(begin) / read[at];
            }
            ratio[at] = ready[at] / read[at];
        }
        row(
                "model of a checkpoint of %.2f GiB (bfloat16) ready ÷ reading its file, %s, %s"
                        .formatted(
                                bytes / (double) (1 << 30),
                                memory.isKept() ? "digested at an earlier start" : "first start",
                                fromDisk ? "from disk" : "cached by the operating system"),
                "%.2f (%.2f s and %.2f s); with the first signal answered %.2f; required at most 1.5"
                        .formatted(median(ratio), median(ready), median(read), median(answered)),
                device);
    }

    private static void prepare(Path file, boolean fromDisk)
            throws IOException, InterruptedException {
        if (fromDisk) {
            assertThat(forget(file)).isTrue();
        }
    }

    /// Asks the operating system to drop its copy of a file; false where there is no command for
    /// it.
    private static boolean forget(Path file) throws IOException, InterruptedException {
        try {
            return new ProcessBuilder("dd", "if=" + file, "iflag=nocache", "count=0", "status=none")
                            .redirectErrorStream(true)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        }
    }

    private static double[][] interleaved(Step... steps) throws IOException {
        double[][] seconds = new double[steps.length][REPETITIONS];
        for (int i = -WARM_UPS; i < REPETITIONS; i++) {
            for (int j = 0; j < steps.length; j++) {
                long begin = System.nanoTime();
                steps[j].run();
                if (i >= 0) {
                    seconds[j][i] = since(begin);
                }
            }
        }
        return seconds;
    }

    /// Random tokens; of the row of a signal as many are fed as stand in the prompt.
    private static List<TokenizedSignal> batch(int rows, int pos) {
        SplittableRandom random = new SplittableRandom(3);
        List<TokenizedSignal> batch = new ArrayList<>();
        for (int i = 0; i < rows; i++) {
            long[] prompt = random.longs(pos, 3, 288).toArray();
            Signal signal = new Signal("b" + i, "random tokens", "a label", List.of());
            batch.add(new TokenizedSignal(signal, prompt, List.of(new long[] {7})));
        }
        return batch;
    }

    private static Tensor matrix(Scope scope, DType dtype, int rows, int columns) {
        SplittableRandom random = new SplittableRandom(4);
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextDouble(-0.1, 0.1);
        }
        Tensor tensor = scope.tensor(values, rows, columns);
        try (Program weights = Program.load("weights", scope.device())) {
            return weights.call(
                            scope,
                            Program.Mode.INFERENCE,
                            "convert",
                            Program.many(List.of(tensor)),
                            Program.one(scope.host().scalar(dtype.code())),
                            Program.one(scope.scalar(0.0)))
                    .getFirst();
        }
    }

    private static long read(Path file) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 22);
        long total = 0;
        try (FileChannel channel = FileChannel.open(file)) {
            for (int n = channel.read(buffer); n >= 0; n = channel.read(buffer)) {
                total += n;
                buffer.clear();
            }
        }
        return total;
    }

    private static double since(long begin) {
        return (System.nanoTime() - begin) / 1e9;
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private static void row(String what, String value, ComputeDevice device) {
        System.out.printf(
                Locale.ROOT,
                "| %s | %s | %s | %s, %d cores | `make bench` |%n",
                LocalDate.now(java.time.ZoneOffset.UTC),
                what,
                value,
                device,
                Runtime.getRuntime().availableProcessors());
    }
}
