package org.quirkwatch.scoring;

import org.quirkwatch.problem.Problem;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/// Says in one line why the service does not start: a checkpoint, an artifact or a setting that it
/// cannot use.
final class StartFailureAnalyzer extends AbstractFailureAnalyzer<Problem> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, Problem cause) {
        return new FailureAnalysis(cause.detail(), null, cause);
    }
}
