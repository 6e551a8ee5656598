package org.quirkwatch.rollout;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.quirkwatch.artifact.Artifact;
import org.quirkwatch.audit.Act;
import org.quirkwatch.fitting.Fit;
import org.quirkwatch.fitting.Passes;
import org.quirkwatch.job.JobKind;
import org.quirkwatch.job.JobProgress;
import org.quirkwatch.job.JobRun;
import org.quirkwatch.job.JobSubmission;
import org.quirkwatch.model.BatchBounds;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.progress.Progress;
import org.quirkwatch.scoring.Detectors;
import org.quirkwatch.signal.Signal;
import org.quirkwatch.signal.SignalLine;
import org.quirkwatch.signal.SignalParser;
import org.quirkwatch.signal.SignalReader;
import tools.jackson.databind.json.JsonMapper;

/// The job that fits a detector on the hosted model beside serving: its passes are small errands of
/// a lane, between passes for callers; the maths is done by the job's own thread. The detector is
/// kept, and judges nothing until it is asked for. A run after a crash begins anew: the same
/// signals and parameters give the same detector. Thread-safe.
final class DetectorFitting implements JobKind {

    static final String NAME = "fit";
    static final String UNTRUSTED = "untrusted";

    private static final Duration PASS = Duration.ofSeconds(60);
    private static final long PAUSE_MILLIS = 250;
    private static final int PASS_TOKENS = 4_096;

    private final Detectors detectors;
    private final Catalogue catalogue;
    private final SignalParser parser;
    private final Trail trail;
    private final JsonMapper json;
    private final int passSignals;
    private final long maxChars;

    /// @param passSignals of one pass
    /// @param maxChars of all texts of a job's signals, which are held while it runs
    DetectorFitting(
            Detectors detectors,
            Catalogue catalogue,
            SignalParser parser,
            Trail trail,
            JsonMapper json,
            int passSignals,
            long maxChars) {
        this.detectors = detectors;
        this.catalogue = catalogue;
        this.parser = parser;
        this.trail = trail;
        this.json = json;
        this.passSignals = passSignals;
        this.maxChars = maxChars;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public void run(JobRun run) throws IOException {
        catalogue.requireRoom();
        FitParameters parameters = json.readValue(run.parameters(), FitParameters.class);
        List<Signal> trusted = new ArrayList<>();
        List<Signal> untrusted = new ArrayList<>();
        long left = read(run, JobSubmission.LINES, trusted, maxChars);
        if (parameters.untrusted() > 0) {
            int first = Math.toIntExact(Math.max(0, trusted.size() - parameters.untrusted()));
            List<Signal> last = trusted.subList(first, trusted.size());
            untrusted.addAll(last);
            last.clear();
        } else if (hasInput(run)) {
            read(run, UNTRUSTED, untrusted, left);
        }
        Progress progress = (done, total, detail) -> run.tell(JobProgress.of(done, total));
        Artifact artifact =
                Fit.fit(
                        detectors.tokenizing(),
                        new BesideServing(run),
                        trusted,
                        untrusted,
                        parameters.options(),
                        progress);
        if (run.goesOn()) {
            catalogue.keep(artifact);
            trail.tell(
                    parameters.actor(),
                    Act.DETECTOR_FITTED,
                    artifact.digest(),
                    "%s, job %s".formatted(artifact.id(), run.id()));
            long rows = trusted.size();
            run.append(result(artifact), artifact.digest(), JobProgress.of(rows, rows));
        }
    }

    private static boolean hasInput(JobRun run) throws IOException {
        try (InputStream in = run.input(UNTRUSTED)) {
            return in.read() >= 0;
        } catch (Problem e) {
            if (e.code() == ProblemCode.NOT_FOUND) {
                return false;
            }
            throw e;
        }
    }

    /// @return what is left of the characters
    private long read(JobRun run, String input, List<Signal> into, long chars) {
        long left = chars;
        try (SignalReader reader = new SignalReader(run.input(input), input, parser)) {
            while (run.goesOn() && reader.hasNext()) {
                switch (reader.next()) {
                    case SignalLine.Valid(long number, Signal signal) -> {
                        left -= signal.prompt().length();
                        if (left < 0) {
                            throw new Problem(
                                    ProblemCode.INVALID_FIT,
                                    "up to line %d the signals have more than %d characters, which is the limit"
                                            .formatted(number, maxChars));
                        }
                        into.add(signal);
                    }
                    case SignalLine.Invalid(long number, Problem problem) ->
                            throw new Problem(
                                    ProblemCode.INVALID_FIT,
                                    "line %d of %s: %s".formatted(number, input, problem.detail()),
                                    problem);
                }
            }
        }
        return left;
    }

    private byte[] result(Artifact artifact) {
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("id", artifact.id());
        result.put("digest", artifact.digest());
        result.put("n_fit", artifact.provenance().nFit());
        result.put("n_calibration", artifact.calibration().n());
        result.put("smallest_p_value", 1 / (artifact.calibration().n() + 1.0));
        return (json.writeValueAsString(result) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    /// Passes between those for callers.
    private final class BesideServing implements Passes {

        private final JobRun run;

        BesideServing(JobRun run) {
            this.run = run;
        }

        @Override
        public <T> T run(Supplier<T> pass) {
            while (run.goesOn()) {
                try {
                    return detectors.pass(model -> pass.get(), System.nanoTime() + PASS.toNanos());
                } catch (Problem e) {
                    if (e.code() != ProblemCode.OVERLOADED) {
                        throw e;
                    }
                    pause();
                }
            }
            throw new Problem(ProblemCode.SHUTTING_DOWN, "the fit does not go on");
        }

        @Override
        public BatchBounds bounds() {
            return new BatchBounds(passSignals, PASS_TOKENS);
        }

        private static void pause() {
            try {
                Thread.sleep(PAUSE_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new Problem(ProblemCode.SHUTTING_DOWN, "the service is stopping", e);
            }
        }
    }
}
