package org.quirkwatch.scoring;

import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.lane.Lanes;
import org.quirkwatch.problem.Problem;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Signals to verdicts for work that nobody waits for: after all signals whose callers wait, and
/// written down like theirs. A line of a job has one verdict of that job, however often it is begun
/// with. Thread-safe.
public final class BackgroundScoring {

    private final SignalScoring scoring;
    private final Answering answering;
    private final Recording recording;
    private final Lanes lanes;
    private final JsonMapper json;

    BackgroundScoring(
            SignalScoring scoring,
            Answering answering,
            Recording recording,
            Lanes lanes,
            JsonMapper json) {
        this.scoring = scoring;
        this.answering = answering;
        this.recording = recording;
        this.lanes = lanes;
        this.json = json;
    }

    /// What was answered to a line.
    ///
    /// @param line from 1
    /// @param json the verdict, without a line feed
    /// @param disposition `accept`, `review` or `discard`
    /// @param reason why there is no score; empty for a scored verdict
    public record Answer(long line, String json, String disposition, Optional<Reason> reason) {}

    /// Why a line has no score.
    ///
    /// @param code of the problem
    /// @param detail what was wrong
    public record Reason(String code, String detail) {}

    /// Checks that there is a policy of this name.
    ///
    /// @param policy null for the default
    /// @throws Problem `unknown-policy`
    public void requirePolicy(@Nullable String policy) {
        scoring.requirePolicy(policy);
    }

    /// Begins with a job, or goes on with it.
    ///
    /// @param source what brings the signals, for the log and the metrics
    /// @param explain whether verdicts have the score of each layer
    /// @throws Problem `shutting-down`
    public BackgroundLines open(UUID job, String source, boolean explain) {
        return new BackgroundLines(this, lanes.admitBackground(), job, source, explain);
    }

    SignalScoring scoring() {
        return scoring;
    }

    Answering answering() {
        return answering;
    }

    Recording recording() {
        return recording;
    }

    /// The answer to a line that was given before, or is.
    Answer answer(long line, String text) {
        JsonNode verdict = json.readTree(text);
        JsonNode reason = verdict.path("reason");
        return new Answer(
                line,
                text,
                verdict.path("disposition").asString(),
                reason.isObject()
                        ? Optional.of(
                                new Reason(
                                        reason.path("type").asString().replace("/problems/", ""),
                                        reason.path("detail").asString()))
                        : Optional.empty());
    }
}
