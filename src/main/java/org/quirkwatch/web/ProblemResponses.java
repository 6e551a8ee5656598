package org.quirkwatch.web;

import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.headers.Header;
import io.swagger.v3.oas.models.media.Content;
import io.swagger.v3.oas.models.media.IntegerSchema;
import io.swagger.v3.oas.models.media.MediaType;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.oas.models.responses.ApiResponse;
import io.swagger.v3.oas.models.responses.ApiResponses;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.quirkwatch.problem.ProblemCode;
import org.springdoc.core.customizers.OperationCustomizer;
import org.springframework.stereotype.Component;
import org.springframework.web.method.HandlerMethod;

/// Writes the problems of each endpoint into the published contract, one response per status.
@Component
final class ProblemResponses implements OperationCustomizer {

    @Override
    public Operation customize(Operation operation, HandlerMethod method) {
        Map<Integer, List<ProblemCode>> byStatus = new TreeMap<>();
        List<ProblemCode> codes = new ArrayList<>();
        Problems declared = method.getMethodAnnotation(Problems.class);
        if (declared != null) {
            codes.addAll(List.of(declared.value()));
        }
        codes.add(ProblemCode.NOT_ACCEPTABLE);
        codes.add(ProblemCode.INTERNAL);
        codes.stream()
                .sorted()
                .forEach(code ->
                        byStatus.computeIfAbsent(code.status(), s -> new ArrayList<>()).add(code));
        ApiResponses responses = operation.getResponses();
        byStatus.forEach((status, of) -> responses.put(String.valueOf(status), response(of)));
        return operation;
    }

    private static ApiResponse response(List<ProblemCode> codes) {
        String description =
                codes.stream()
                        .map(code -> "`%s`: %s.".formatted(code.code(), code.title()))
                        .collect(Collectors.joining("\n"));
        ApiResponse response =
                new ApiResponse()
                        .description(description)
                        .content(
                                new Content()
                                        .addMediaType(
                                                "application/problem+json",
                                                new MediaType()
                                                        .schema(
                                                                new Schema<ProblemDocument>()
                                                                        .$ref("Problem"))));
        if (codes.getFirst().status() == 503) {
            response.addHeaderObject(
                    "Retry-After",
                    new Header()
                            .description("Seconds to wait before trying again.")
                            .schema(new IntegerSchema().minimum(java.math.BigDecimal.ONE)));
        }
        return response;
    }
}
