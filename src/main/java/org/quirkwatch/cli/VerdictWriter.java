package org.quirkwatch.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import org.quirkwatch.model.BatchBounds;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.progress.Progress;
import org.quirkwatch.scoring.Disposition;
import org.quirkwatch.scoring.Policy;
import org.quirkwatch.scoring.Scorer;
import org.quirkwatch.scoring.Verdict;
import org.quirkwatch.scoring.VerdictDocuments;
import org.quirkwatch.signal.LabelRule;
import org.quirkwatch.signal.Signal;
import org.quirkwatch.signal.SignalLimits;
import org.quirkwatch.signal.SignalLine;
import org.quirkwatch.signal.SignalParser;
import org.quirkwatch.signal.SignalReader;
import tools.jackson.databind.json.JsonMapper;

/// Judges a stream of signals window by window, so that memory is bounded, and writes a verdict for
/// every line that is not blank, in order. For one thread.
final class VerdictWriter {

    private static final int WINDOW_LINES = 256;

    private final JsonMapper json = JsonMapper.builder().build();
    private final Scorer scorer;
    private final Policy policy;
    private final boolean explain;
    private final Map<Disposition, Long> counts = new EnumMap<>(Disposition.class);
    private long written;
    private long unscored;

    /// @param policy by which every signal is judged
    /// @param explain whether the layers' scores are written
    VerdictWriter(Scorer scorer, Policy policy, boolean explain) {
        this.scorer = scorer;
        this.policy = policy;
        this.explain = explain;
    }

    /// Writes the verdicts on everything that a stream holds.
    ///
    /// @param name what to call the stream in messages
    void write(InputStream in, String name, OutputStream out, Progress progress)
            throws IOException {
        long[] number = {0};
        SignalParser parser =
                new SignalParser(
                        SignalLimits.DEFAULT, LabelRule.REQUIRED, () -> "row-" + (number[0] + 1));
        SignalReader reader = new SignalReader(in, name, parser);
        List<SignalLine> window = new ArrayList<>();
        while (reader.hasNext()) {
            window.add(reader.next());
            number[0]++;
            if (window.size() == WINDOW_LINES) {
                judge(window, out);
                progress.update(written, 0, "");
                window.clear();
            }
        }
        judge(window, out);
        progress.update(written, 0, "");
    }

    /// What came out, in one line.
    String summary() {
        StringJoiner parts = new StringJoiner(", ");
        for (Disposition disposition : Disposition.values()) {
            parts.add("%d %s".formatted(counts.getOrDefault(disposition, 0L), disposition.text()));
        }
        return "%d signals: %s (%d unscored)".formatted(written, parts, unscored);
    }

    private void judge(List<SignalLine> window, OutputStream out) throws IOException {
        List<Signal> signals = new ArrayList<>();
        for (SignalLine line : window) {
            if (line instanceof SignalLine.Valid valid && refusal(valid) == null) {
                signals.add(valid.signal());
            }
        }
        var judged = scorer.judge(signals, policy, BatchBounds.DEFAULT).iterator();
        for (SignalLine line : window) {
            Verdict verdict =
                    switch (line) {
                        case SignalLine.Valid valid -> {
                            Problem refusal = refusal(valid);
                            yield refusal == null
                                    ? judged.next()
                                    : new Verdict.Unscored(valid.signal().id(), policy, refusal);
                        }
                        case SignalLine.Invalid(long number, Problem problem) ->
                                new Verdict.Unscored("line-" + number, policy, problem);
                    };
            write(verdict, line.number(), out);
        }
        // Whoever reads a pipe gets a window's verdicts when they are there.
        out.flush();
    }

    /// Only the standard policy is known here.
    private @org.jspecify.annotations.Nullable Problem refusal(SignalLine.Valid valid) {
        String asked = valid.signal().policy();
        return asked == null || asked.equals(policy.id())
                ? null
                : new Problem(
                        ProblemCode.UNKNOWN_POLICY,
                        "there is no policy \"%s\" here, only \"%s\""
                                .formatted(asked, policy.id()));
    }

    private void write(Verdict verdict, long line, OutputStream out) throws IOException {
        if (verdict instanceof Verdict.Unscored) {
            unscored++;
        }
        byte[] bytes = json.writeValueAsBytes(VerdictDocuments.of(verdict, line, scorer, explain));
        // One call per line: an unbuffered stream gets whole lines.
        byte[] terminated = java.util.Arrays.copyOf(bytes, bytes.length + 1);
        terminated[bytes.length] = '\n';
        out.write(terminated);
        counts.merge(verdict.disposition(), 1L, Long::sum);
        written++;
    }
}
