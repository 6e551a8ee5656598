package org.quirkwatch.web;

import io.micrometer.core.instrument.MeterRegistry;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.apache.tomcat.util.http.InvalidParameterException;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.ErrorResponse;
import org.springframework.web.HttpMediaTypeNotAcceptableException;
import org.springframework.web.HttpMediaTypeNotSupportedException;
import org.springframework.web.HttpRequestMethodNotSupportedException;
import org.springframework.web.bind.MissingServletRequestParameterException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.async.AsyncRequestNotUsableException;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;
import org.springframework.web.servlet.NoHandlerFoundException;
import org.springframework.web.servlet.resource.NoResourceFoundException;

/// Answers everything that a handler throws as `application/problem+json`: our problems as they
/// are, the framework's in our words, and the unexpected as `internal` with nothing of its text.
/// Counts what was refused (`quirkwatch_rejected_total`).
@RestControllerAdvice
final class ProblemAdvice {

    private static final Logger LOG = LoggerFactory.getLogger(ProblemAdvice.class);

    private final MeterRegistry meters;

    ProblemAdvice(MeterRegistry meters) {
        this.meters = meters;
    }

    @ExceptionHandler
    ResponseEntity<ProblemDocument> answer(Problem problem, HttpServletRequest request) {
        return answer(problem, new HttpHeaders(), request);
    }

    /// The caller has gone: there is nobody to answer.
    @ExceptionHandler
    void gone(AsyncRequestNotUsableException e) {
        LOG.debug("the caller has gone", e);
    }

    @ExceptionHandler
    ResponseEntity<ProblemDocument> answer(Exception e, HttpServletRequest request) {
        HttpHeaders headers = new HttpHeaders();
        Problem problem =
                switch (e) {
                    case NoResourceFoundException ignored -> noSuchPath(request);
                    case NoHandlerFoundException ignored -> noSuchPath(request);
                    case HttpRequestMethodNotSupportedException method -> {
                        headers.addAll(method.getHeaders());
                        yield new Problem(
                                ProblemCode.METHOD_NOT_ALLOWED,
                                "%s is not allowed here, expected %s"
                                        .formatted(
                                                Shown.quoted(method.getMethod()),
                                                listed(method.getSupportedHttpMethods())));
                    }
                    case HttpMediaTypeNotSupportedException type -> {
                        headers.addAll(type.getHeaders());
                        yield new Problem(
                                ProblemCode.UNSUPPORTED_MEDIA_TYPE,
                                "the content type is %s, supported here: %s"
                                        .formatted(
                                                Shown.quoted(request.getContentType()),
                                                listed(type.getSupportedMediaTypes())));
                    }
                    case HttpMediaTypeNotAcceptableException type ->
                            new Problem(
                                    ProblemCode.NOT_ACCEPTABLE,
                                    "Accept is %s, answered here: %s"
                                            .formatted(
                                                    Shown.quoted(request.getHeader("Accept")),
                                                    listed(type.getSupportedMediaTypes())));
                    case MissingServletRequestParameterException missing ->
                            new Problem(
                                    ProblemCode.INVALID_REQUEST,
                                    "the parameter %s is required"
                                            .formatted(missing.getParameterName()));
                    case MethodArgumentTypeMismatchException mismatch ->
                            new Problem(
                                    ProblemCode.INVALID_REQUEST,
                                    "%s must be %s, got %s"
                                            .formatted(
                                                    mismatch.getName(),
                                                    expected(mismatch.getRequiredType()),
                                                    Shown.quoted(mismatch.getValue())));
                    case InvalidParameterException ignored ->
                            new Problem(
                                    ProblemCode.INVALID_REQUEST,
                                    "the query is not written as one: names, values and % with two"
                                            + " hex digits were expected");
                    case ErrorResponse response when response.getStatusCode().is4xxClientError() ->
                            of(response.getStatusCode());
                    default ->
                            new Problem(
                                    ProblemCode.INTERNAL,
                                    "the request failed, and the log of the service says why",
                                    e);
                };
        return answer(problem, headers, request);
    }

    private ResponseEntity<ProblemDocument> answer(
            Problem problem, HttpHeaders headers, HttpServletRequest request) {
        ProblemCode code = problem.code();
        if (code == ProblemCode.INTERNAL) {
            LOG.error("{} {} failed", request.getMethod(), request.getRequestURI(), problem);
        } else if (problem.getCause() instanceof IOException) {
            LOG.debug("{} {}: {}", request.getMethod(), request.getRequestURI(), problem.detail());
        }
        retryAfterSeconds(problem)
                .ifPresent(s -> headers.set(HttpHeaders.RETRY_AFTER, String.valueOf(s)));
        meters.counter("quirkwatch.rejected", "reason", code.code()).increment();
        return ResponseEntity.status(code.status())
                .headers(headers)
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .body(ProblemDocument.of(problem, request.getRequestURI()));
    }

    /// What passes says when to come again: every 503, and 429.
    static OptionalLong retryAfterSeconds(Problem problem) {
        int status = problem.code().status();
        return status == HttpStatus.SERVICE_UNAVAILABLE.value()
                        || status == HttpStatus.TOO_MANY_REQUESTS.value()
                ? OptionalLong.of(problem.retryAfter().map(Duration::toSeconds).orElse(1L))
                : OptionalLong.empty();
    }

    private static Problem noSuchPath(HttpServletRequest request) {
        return new Problem(
                ProblemCode.NOT_FOUND,
                "there is nothing at %s".formatted(Shown.quoted(request.getRequestURI())));
    }

    /// What is left of a status when nothing else is known.
    static Problem of(HttpStatusCode status) {
        return switch (status.value()) {
            case 404 -> new Problem(ProblemCode.NOT_FOUND, "there is nothing at this path");
            case 405 ->
                    new Problem(
                            ProblemCode.METHOD_NOT_ALLOWED,
                            "the method is not allowed at this path");
            case 406 ->
                    new Problem(ProblemCode.NOT_ACCEPTABLE, "nothing acceptable is answered here");
            // Tomcat answers by itself when it waits for a body in vain.
            case 408 ->
                    new Problem(
                            ProblemCode.REQUEST_TIMEOUT,
                            "the request stopped coming before its end");
            case 413 -> new Problem(ProblemCode.PAYLOAD_TOO_LARGE, "the body is too large");
            case 415 ->
                    new Problem(
                            ProblemCode.UNSUPPORTED_MEDIA_TYPE,
                            "the content type is not supported here");
            case 503 -> new Problem(ProblemCode.OVERLOADED, "the service cannot take this now");
            default ->
                    status.is4xxClientError()
                            ? new Problem(
                                    ProblemCode.INVALID_REQUEST,
                                    "the request is not HTTP as this server reads it")
                            : new Problem(
                                    ProblemCode.INTERNAL,
                                    "the request failed, and the log of the service says why");
        };
    }

    private static String expected(@org.jspecify.annotations.Nullable Class<?> type) {
        return type == boolean.class || type == Boolean.class ? "true or false" : "another value";
    }

    private static String listed(@org.jspecify.annotations.Nullable Collection<?> values) {
        return values == null || values.isEmpty()
                ? "nothing"
                : values.stream().map(String::valueOf).sorted().collect(Collectors.joining(", "));
    }
}
