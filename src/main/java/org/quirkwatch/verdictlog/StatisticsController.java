package org.quirkwatch.verdictlog;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.web.Problems;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/// How much was flagged, over HTTP.
@Tag(name = "Verdicts", description = "What was answered.")
@RestController
@ConditionalOnBooleanProperty(name = "quirkwatch.verdict-log.enabled", matchIfMissing = true)
@RequestMapping(path = "/v1/verdicts", produces = MediaType.APPLICATION_JSON_VALUE)
final class StatisticsController {

    private static final Duration USUAL_SPAN = Duration.ofDays(1);

    private final VerdictStatistics statistics;
    private final InstantSource clock;

    StatisticsController(VerdictStatistics statistics) {
        this.statistics = statistics;
        this.clock = InstantSource.system();
    }

    /// The widths that buckets may have.
    private enum Width {
        MINUTE("1m", Duration.ofMinutes(1)),
        FIVE_MINUTES("5m", Duration.ofMinutes(5)),
        QUARTER("15m", Duration.ofMinutes(15)),
        HOUR("1h", Duration.ofHours(1)),
        SIX_HOURS("6h", Duration.ofHours(6)),
        DAY("1d", Duration.ofDays(1));

        private static final List<Width> ALL = List.of(values());

        private final String text;
        private final Duration duration;

        Width(String text, Duration duration) {
            this.text = text;
            this.duration = duration;
        }

        /// The smallest of which no more than a hundred are needed, else a day.
        static Duration of(Duration span) {
            return ALL.stream()
                    .map(width -> width.duration)
                    .filter(width -> span.dividedBy(width) <= 100)
                    .findFirst()
                    .orElse(DAY.duration);
        }

        static Duration of(String text) {
            return ALL.stream()
                    .filter(width -> width.text.equals(text))
                    .findFirst()
                    .orElseThrow(() -> invalid("bucket must be one of 1m, 5m, 15m, 1h, 6h, 1d"))
                    .duration;
        }
    }

    @Operation(
            operationId = "getVerdictStatistics",
            summary = "Show how much was flagged over time",
            description =
                    "By version of the detector and of the policy, beside the rate that trusted"
                            + " signals would have and the band in which it would lie, which allows"
                            + " for the calibration's own sample.")
    @Problems({ProblemCode.INVALID_REQUEST, ProblemCode.LOG_UNAVAILABLE})
    @GetMapping("/statistics")
    StatisticsDocument statistics(
            @Parameter(
                            description =
                                    "From this moment on (RFC 3339); a day before `until` where it is"
                                            + " not given.")
                    @RequestParam(required = false)
                    @Nullable String since,
            @Parameter(description = "Before this moment (RFC 3339); now where it is not given.")
                    @RequestParam(required = false)
                    @Nullable String until,
            @Parameter(
                            description =
                                    "Width of a bucket; at most 500 buckets. Where it is not given,"
                                            + " the smallest that needs no more than 100.",
                            schema =
                                    @Schema(
                                            allowableValues = {
                                                "1m", "5m", "15m", "1h", "6h", "1d"
                                            }))
                    @RequestParam(required = false)
                    @Nullable String bucket) {
        Instant to = VerdictController.moment("until", until).orElseGet(clock::instant);
        Instant from =
                VerdictController.moment("since", since).orElseGet(() -> to.minus(USUAL_SPAN));
        if (!from.isBefore(to)) {
            throw invalid("since must be before until, got %s and %s".formatted(from, to));
        }
        Duration span = Duration.between(from, to);
        Duration width = bucket == null ? Width.of(span) : Width.of(bucket);
        long buckets = span.dividedBy(width) + 1;
        if (!(buckets <= VerdictStatistics.MOST_BUCKETS)) {
            throw invalid(
                    "since to until has %d buckets, at most %d: choose a wider one or less time"
                            .formatted(buckets, VerdictStatistics.MOST_BUCKETS));
        }
        return StatisticsDocument.of(from, to, width, statistics.series(from, to, width));
    }

    private static Problem invalid(String detail) {
        return new Problem(ProblemCode.INVALID_REQUEST, detail);
    }
}
