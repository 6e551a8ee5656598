package org.quirkwatch.job;

import io.swagger.v3.oas.annotations.Hidden;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/// Says why there are no jobs, where there is no verdict log: the verdicts of a job are in it.
@Hidden
@RestController
@ConditionalOnBooleanProperty(name = "quirkwatch.verdict-log.enabled", havingValue = false)
final class NoJobsController {

    @SuppressWarnings("DoNotCallSuggester") // called by the framework, to throw
    @RequestMapping({"/v1/jobs", "/v1/jobs/**"})
    void refuse() {
        throw new Problem(
                ProblemCode.JOBS_UNAVAILABLE,
                "jobs need the verdict log, and quirkwatch.verdict-log.enabled is false");
    }
}
