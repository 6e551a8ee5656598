package org.quirkwatch.web;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

/// An error as callers see it (RFC 9457).
///
/// @param type `/problems/<code>`
/// @param title one sentence that is the same for every occurrence of the type
/// @param status the HTTP status, 400 to 599
/// @param detail what was wrong this time, with the value and the limit
/// @param instance the path that was asked for; absent for the reason of an unscored signal
/// @param errors the places in the body, where there are any
@Schema(name = "Problem", description = "An error (RFC 9457).")
@JsonPropertyOrder({"type", "title", "status", "detail", "instance", "errors"})
public record ProblemDocument(
        @Schema(
                        description = "Which kind of problem: /problems/ and its code.",
                        example = "/problems/invalid-signal",
                        requiredMode = Schema.RequiredMode.REQUIRED)
                String type,
        @Schema(
                        description = "The same sentence for every problem of this type.",
                        example = "The signal is not valid",
                        requiredMode = Schema.RequiredMode.REQUIRED)
                String title,
        @Schema(
                        description = "The HTTP status.",
                        example = "422",
                        minimum = "400",
                        maximum = "599",
                        requiredMode = Schema.RequiredMode.REQUIRED)
                int status,
        @Schema(
                        description = "What was wrong this time, with the value and the limit.",
                        example = "the signal has a fault at /prompt: the text is empty",
                        requiredMode = Schema.RequiredMode.REQUIRED)
                String detail,
        @Schema(
                        description =
                                "The path that was asked for; absent inside an unscored verdict.",
                        example = "/v1/signals")
                @JsonInclude(JsonInclude.Include.NON_NULL)
                @Nullable String instance,
        @Schema(description = "The places in the body that are wrong, where there are any.")
                @JsonInclude(JsonInclude.Include.NON_EMPTY)
                List<Place> errors) {

    /// One place in a body.
    ///
    /// @param pointer a JSON pointer (RFC 6901)
    /// @param detail what is wrong there
    @Schema(name = "ProblemPlace", description = "One place in a request body.")
    @JsonPropertyOrder({"pointer", "detail"})
    public record Place(
            @Schema(
                            description = "A JSON pointer (RFC 6901) into the body.",
                            example = "/prompt",
                            requiredMode = Schema.RequiredMode.REQUIRED)
                    String pointer,
            @Schema(
                            description = "What is wrong there, with the value and the limit.",
                            example = "the text is empty",
                            requiredMode = Schema.RequiredMode.REQUIRED)
                    String detail) {}

    /// Copies the list.
    public ProblemDocument {
        errors = List.copyOf(errors);
    }

    /// The document of a problem.
    ///
    /// @param instance the path that was asked for, or null inside another document
    public static ProblemDocument of(Problem problem, @Nullable String instance) {
        ProblemCode code = problem.code();
        List<Place> places =
                problem.errors().stream()
                        .map(error -> new Place(error.pointer(), error.detail()))
                        .toList();
        return new ProblemDocument(
                "/problems/" + code.code(),
                code.title(),
                code.status(),
                problem.detail(),
                instance,
                places);
    }
}
