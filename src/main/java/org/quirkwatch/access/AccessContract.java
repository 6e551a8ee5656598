package org.quirkwatch.access;

import io.swagger.v3.oas.models.Components;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.headers.Header;
import io.swagger.v3.oas.models.media.Content;
import io.swagger.v3.oas.models.media.IntegerSchema;
import io.swagger.v3.oas.models.media.MediaType;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.oas.models.media.StringSchema;
import io.swagger.v3.oas.models.responses.ApiResponse;
import io.swagger.v3.oas.models.responses.ApiResponses;
import io.swagger.v3.oas.models.security.SecurityRequirement;
import io.swagger.v3.oas.models.security.SecurityScheme;
import java.math.BigDecimal;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.web.Scope;
import org.springdoc.core.customizers.OpenApiCustomizer;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;

/// Writes into the published contract what each operation asks of its callers, from the rules that
/// are held to.
@Component
final class AccessContract implements OpenApiCustomizer {

    private static final String BEARER = "bearer";
    private static final String KEY = "key";
    private static final String SESSION = "session";

    @Override
    public void customise(OpenAPI contract) {
        Components components = contract.getComponents();
        if (components == null) {
            components = new Components();
            contract.setComponents(components);
        }
        components
                .addSecuritySchemes(
                        BEARER,
                        new SecurityScheme()
                                .type(SecurityScheme.Type.HTTP)
                                .scheme("bearer")
                                .description(
                                        "A key (`qw_…`), or a token of the configured issuer whose"
                                                + " `scope` or `scp` names score, review or admin."))
                .addSecuritySchemes(
                        KEY,
                        new SecurityScheme()
                                .type(SecurityScheme.Type.APIKEY)
                                .in(SecurityScheme.In.HEADER)
                                .name(Credentials.KEY_HEADER)
                                .description("A key (`qw_…`)."))
                .addSecuritySchemes(
                        SESSION,
                        new SecurityScheme()
                                .type(SecurityScheme.Type.APIKEY)
                                .in(SecurityScheme.In.COOKIE)
                                .name(Credentials.SESSION_COOKIE)
                                .description(
                                        "Of whoever signed in at /console/session; calls that change"
                                                + " something send the header X-XSRF-TOKEN too."));
        contract.getPaths()
                .forEach((path, item) ->
                        item.readOperationsMap()
                                .forEach((method, operation) ->
                                        describe(
                                                operation,
                                                AccessRules.needed(method.name(), path))));
    }

    private static void describe(Operation operation, AccessRules.Needed needed) {
        // A path that could be read in two ways is refused before any handler.
        add(operation.getResponses(), ProblemCode.INVALID_REQUEST);
        Set<Scope> enough = AccessRules.enough(needed);
        if (enough.isEmpty()) {
            operation.setSecurity(List.of());
            return;
        }
        operation.setSecurity(
                List.of(
                        new SecurityRequirement().addList(BEARER),
                        new SecurityRequirement().addList(KEY),
                        new SecurityRequirement().addList(SESSION)));
        String scopes =
                "Needs the scope "
                        + enough.stream()
                                .map(Scope::text)
                                .collect(Collectors.joining("` or `", "`", "`"))
                        + ".";
        String description = operation.getDescription();
        operation.setDescription(description == null ? scopes : description + "\n\n" + scopes);
        ApiResponses responses = operation.getResponses();
        add(responses, ProblemCode.UNAUTHORIZED)
                .addHeaderObject(
                        HttpHeaders.WWW_AUTHENTICATE,
                        new Header().description("`Bearer`.").schema(new StringSchema()));
        add(responses, ProblemCode.FORBIDDEN);
        retryAfter(add(responses, ProblemCode.RATE_LIMITED));
        retryAfter(add(responses, ProblemCode.ACCESS_UNAVAILABLE));
    }

    private static ApiResponse add(ApiResponses responses, ProblemCode code) {
        String status = String.valueOf(code.status());
        String line = "`%s`: %s.".formatted(code.code(), code.title());
        ApiResponse response = responses.get(status);
        if (response == null) {
            response =
                    new ApiResponse()
                            .description(line)
                            .content(
                                    new Content()
                                            .addMediaType(
                                                    "application/problem+json",
                                                    new MediaType()
                                                            .schema(
                                                                    new Schema<>()
                                                                            .$ref("Problem"))));
            responses.addApiResponse(status, response);
        } else if (!response.getDescription().contains(line)) {
            response.setDescription(response.getDescription() + "\n" + line);
        }
        return response;
    }

    private static void retryAfter(ApiResponse response) {
        response.addHeaderObject(
                HttpHeaders.RETRY_AFTER,
                new Header()
                        .description("Seconds to wait before trying again.")
                        .schema(new IntegerSchema().minimum(BigDecimal.ONE)));
    }
}
