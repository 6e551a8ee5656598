package org.quirkwatch.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.quirkwatch.checkpoint.SafetensorsWriter;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.model.BatchBounds;
import org.quirkwatch.model.BatchPlan;
import org.quirkwatch.model.Capture;
import org.quirkwatch.model.CaptureSpec;
import org.quirkwatch.model.CaptureSpec.Outputs;
import org.quirkwatch.model.HookedModel;
import org.quirkwatch.model.Tap;
import org.quirkwatch.model.TokenizedSignal;
import org.quirkwatch.progress.Progress;
import org.quirkwatch.signal.SignalFile;
import org.quirkwatch.torch.DType;

/// Runs a file of signals through a model and writes what is captured, row by row in the order of
/// the file. The file is read twice: once to count the rows, which the header of the output needs,
/// and to find what is wrong with any of them before anything is computed.
///
/// Memory is bounded by the window: so many signals are sorted by length, so that a batch wastes
/// little on filling up, and their rows kept until they are written in order.
final class CaptureWriter {

    private static final String LOGITS = "logits";

    /// Values that the rows of a window may hold: 64 MiB of float32.
    private static final long WINDOW_VALUES = 1L << 24;

    private static final int MOST_WINDOW_ROWS = 1024;

    private final HookedModel model;
    private final List<Tap> taps;
    private final CaptureSpec spec;
    private final List<SafetensorsWriter.Entry> columns;

    /// @param outputs nothing, or logits
    CaptureWriter(HookedModel model, List<Tap> taps, Outputs outputs) {
        this.model = model;
        this.taps = taps;
        this.spec = new CaptureSpec(taps, outputs);
        this.columns = new ArrayList<>();
        for (Tap tap : taps) {
            columns.add(column(tap.point().toString(), model.width(tap.point().site())));
        }
        if (outputs instanceof Outputs.Logits) {
            columns.add(column(LOGITS, model.config().dVocab()));
        }
    }

    /// Captures every signal of a file.
    ///
    /// @return how many there were
    long write(SignalFile signals, Path output, Map<String, String> metadata, Terminal terminal) {
        long rows = signals.forEach(model::tokenize);
        List<SafetensorsWriter.Entry> entries =
                columns.stream()
                        .map(column ->
                                new SafetensorsWriter.Entry(
                                        column.name(), column.dtype(), rows, column.shape()[1]))
                        .toList();
        try (SafetensorsWriter writer = SafetensorsWriter.create(output, entries, metadata);
                ShownProgress progress = terminal.progress("capture")) {
            Window window = new Window(writer, progress, rows);
            signals.forEach(signal -> window.add(model.tokenize(signal)));
            window.flush();
            writer.commit();
        }
        return rows;
    }

    private static SafetensorsWriter.Entry column(String name, int width) {
        return new SafetensorsWriter.Entry(name, DType.FLOAT32, 0, width);
    }

    private final class Window {
        private final SafetensorsWriter writer;
        private final Progress progress;
        private final long total;
        private final int capacity;
        private final List<TokenizedSignal> signals = new ArrayList<>();
        private long done;

        Window(SafetensorsWriter writer, Progress progress, long total) {
            this.writer = writer;
            this.progress = progress;
            this.total = total;
            long width = columns.stream().mapToLong(column -> column.shape()[1]).sum();
            this.capacity = Math.clamp(WINDOW_VALUES / width, 1, MOST_WINDOW_ROWS);
        }

        void add(TokenizedSignal signal) {
            signals.add(signal);
            if (signals.size() == capacity) {
                flush();
            }
        }

        void flush() {
            float[][][] values = new float[columns.size()][signals.size()][];
            for (List<Integer> batch : BatchPlan.of(signals, spec, BatchBounds.BULK)) {
                Capture capture = model.run(batch.stream().map(signals::get).toList(), spec);
                for (int i = 0; i < columns.size(); i++) {
                    keep(matrix(capture, i), batch, values[i]);
                }
                done += batch.size();
                progress.update(done, total, "");
            }
            for (int i = 0; i < columns.size(); i++) {
                for (float[] row : values[i]) {
                    writer.write(columns.get(i).name(), row);
                }
            }
            signals.clear();
        }

        private Matrix matrix(Capture capture, int column) {
            return column < taps.size()
                    ? capture.get(taps.get(column))
                    : capture.logits().orElseThrow();
        }

        private static void keep(Matrix matrix, List<Integer> rows, float[][] values) {
            for (int i = 0; i < rows.size(); i++) {
                double[] row = matrix.row(i);
                float[] narrowed = new float[row.length];
                for (int j = 0; j < row.length; j++) {
                    narrowed[j] = (float) row[j];
                }
                values[rows.get(i)] = narrowed;
            }
        }
    }
}
