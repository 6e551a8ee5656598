package org.quirkwatch.ingest;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.job.JobKind;
import org.quirkwatch.job.JobRun;
import org.quirkwatch.job.JobSubmission;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.scoring.BackgroundLines;
import org.quirkwatch.scoring.BackgroundScoring;
import org.quirkwatch.signal.Signal;
import org.quirkwatch.signal.SignalLine;
import org.quirkwatch.signal.SignalParser;
import org.quirkwatch.signal.SignalReader;
import tools.jackson.databind.json.JsonMapper;

/// The job that scores a file of signals: a verdict per line, in order. Each verdict is logged
/// under a key made of job and line before it is part of the result; so a run that goes on where
/// another ended finds what that one had logged behind its last checkpoint, and nothing is judged
/// twice. Thread-safe.
final class BulkScoring implements JobKind {

    static final String NAME = "scoring";

    // So that the end of a run is heard soon.
    private static final Duration STEP = Duration.ofMillis(100);
    private static final Duration LOOK_UP = Duration.ofSeconds(2);
    private static final int LOOKED_UP = 64;

    private final BackgroundScoring scoring;
    private final SignalParser parser;
    private final IngestProperties properties;
    private final JsonMapper json;
    private final Counter signals;

    BulkScoring(
            BackgroundScoring scoring,
            SignalParser parser,
            IngestProperties properties,
            JsonMapper json,
            MeterRegistry meters) {
        this.scoring = scoring;
        this.parser = parser;
        this.properties = properties;
        this.json = json;
        this.signals =
                Counter.builder("quirkwatch.job.signals")
                        .description("Lines of bulk jobs that have their verdict")
                        .register(meters);
    }

    /// What a caller asks for beside the signals.
    ///
    /// @param policy for signals that name none; null for the default
    /// @param explain whether verdicts have the score of each layer
    record Parameters(@Nullable String policy, boolean explain) {}

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public void run(JobRun run) throws IOException {
        Parameters parameters = json.readValue(run.parameters(), Parameters.class);
        BulkResult result = new BulkResult(run, properties, signals);
        try (SignalReader reader =
                        new SignalReader(run.input(JobSubmission.LINES), "the input", parser);
                BackgroundLines lines = scoring.open(run.id(), "job", parameters.explain())) {
            reader.skip(result.line());
            new Pass(run, parameters, reader, lines, result).go();
        }
        if (run.goesOn()) {
            result.write();
        }
    }

    /// One run through the lines.
    private final class Pass {

        private final JobRun run;
        private final Parameters parameters;
        private final SignalReader reader;
        private final BackgroundLines lines;
        private final BulkResult result;
        // An earlier run may have logged so far, and no farther.
        private final long perhapsLogged;
        private final List<SignalLine> read = new ArrayList<>();

        Pass(
                JobRun run,
                Parameters parameters,
                SignalReader reader,
                BackgroundLines lines,
                BulkResult result) {
            this.run = run;
            this.parameters = parameters;
            this.reader = reader;
            this.lines = lines;
            this.result = result;
            this.perhapsLogged =
                    result.done() + properties.checkpointLines() + 2L * properties.maxOnTheWay();
        }

        void go() {
            long begun = result.done();
            boolean more = true;
            while (run.goesOn() && (more || lines.pending() > 0 || !read.isEmpty())) {
                while (lines.pending() < properties.maxOnTheWay() && (more || !read.isEmpty())) {
                    if (read.isEmpty()) {
                        more = read(begun < perhapsLogged ? LOOKED_UP : 1);
                        begun += read.size();
                        addWhatIsLogged(begun <= perhapsLogged);
                    } else if (!begin(read.getFirst())) {
                        break;
                    } else {
                        read.removeFirst();
                    }
                }
                Optional<BackgroundScoring.Answer> answer = lines.next(STEP);
                answer.ifPresent(result::add);
                result.writeWhenDue();
            }
        }

        /// @return whether there may be more
        private boolean read(int most) {
            while (read.size() < most && reader.hasNext()) {
                read.add(reader.next());
            }
            return read.size() == most;
        }

        /// Takes from what was read the lines at its start that have their verdicts.
        private void addWhatIsLogged(boolean perhaps) {
            if (!perhaps || read.isEmpty()) {
                return;
            }
            List<BackgroundLines.Line> valid = new ArrayList<>();
            for (SignalLine line : read) {
                if (line instanceof SignalLine.Valid(long number, Signal signal)) {
                    valid.add(line(number, signal));
                }
            }
            List<Optional<BackgroundScoring.Answer>> before = answeredBefore(valid);
            int next = 0;
            boolean first = true;
            while (first && !read.isEmpty()) {
                switch (read.getFirst()) {
                    case SignalLine.Invalid invalid -> refuse(invalid);
                    case SignalLine.Valid ignored -> {
                        Optional<BackgroundScoring.Answer> answer = before.get(next++);
                        first = answer.isPresent();
                        answer.ifPresent(lines::add);
                    }
                }
                if (first) {
                    read.removeFirst();
                }
            }
        }

        private List<Optional<BackgroundScoring.Answer>> answeredBefore(
                List<BackgroundLines.Line> valid) {
            while (true) {
                try {
                    return lines.answeredBefore(valid, LOOK_UP);
                } catch (Problem e) {
                    if (e.code() != ProblemCode.LOG_UNAVAILABLE || !run.goesOn()) {
                        throw e;
                    }
                }
            }
        }

        private boolean begin(SignalLine line) {
            return switch (line) {
                case SignalLine.Valid(long number, Signal signal) ->
                        lines.begin(line(number, signal), STEP);
                case SignalLine.Invalid invalid -> {
                    refuse(invalid);
                    yield true;
                }
            };
        }

        private void refuse(SignalLine.Invalid line) {
            lines.refuse(line.number(), "line-" + line.number(), line.problem());
        }

        /// With an id that another run gives it too, and by the job's policy where it names none.
        private BackgroundLines.Line line(long number, Signal signal) {
            return new BackgroundLines.Line(
                    number,
                    new Signal(
                            signal.named() ? signal.id() : run.id() + "-" + number,
                            signal.prompt(),
                            signal.label(),
                            signal.choices(),
                            signal.policy() == null ? parameters.policy() : signal.policy(),
                            signal.metadata(),
                            signal.named()));
        }
    }
}
