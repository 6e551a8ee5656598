package org.quirkwatch.access;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.web.Problems;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseCookie;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.csrf.CsrfToken;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/// Signing in to the console: a key goes in, a cookie comes out, which only the browser sees
/// (`HttpOnly`) and sends to this site only (`SameSite=Strict`). Calls by it that change something
/// bring the `csrf` of these answers, which the cookie `XSRF-TOKEN` holds too, as `X-XSRF-TOKEN`.
@Tag(name = "Console", description = "Signing in to the reviewers' page.")
@RestController
@RequestMapping(path = "/console/session", produces = MediaType.APPLICATION_JSON_VALUE)
final class ConsoleSessionController {

    private final AccessMode mode;
    private final ConsoleSignIn signIn;
    private final AccessBodies bodies;

    ConsoleSessionController(AccessMode mode, ConsoleSignIn signIn, AccessBodies bodies) {
        this.mode = mode;
        this.signIn = signIn;
        this.bodies = bodies;
    }

    @Operation(
            operationId = "getConsoleSession",
            summary = "Show who is signed in",
            description = "Answers everybody; where nobody is signed in it says so.")
    @Problems(ProblemCode.ACCESS_UNAVAILABLE)
    @GetMapping
    ConsoleSessionDocument get(@Parameter(hidden = true) HttpServletRequest request) {
        if (!mode.on()) {
            return ConsoleSessionDocument.open();
        }
        Authentication known = SecurityContextHolder.getContext().getAuthentication();
        if (!(known instanceof KeyAuthentication authentication)) {
            return ConsoleSessionDocument.none();
        }
        Optional<Instant> expiry =
                Credentials.of(request)
                        .filter(c -> c.kind() == Credentials.Kind.SESSION)
                        .flatMap(c -> signIn.expiry(c.value()));
        return ConsoleSessionDocument.of(
                authentication.identity(),
                expiry.isPresent() ? csrf(request) : null,
                expiry.orElse(null));
    }

    @Operation(
            operationId = "signIn",
            summary = "Sign in with a key",
            description =
                    "The key needs the scope review or admin. The answer sets the session's cookie"
                            + " and `XSRF-TOKEN`.",
            requestBody =
                    @RequestBody(
                            required = true,
                            content =
                                    @Content(
                                            mediaType = MediaType.APPLICATION_JSON_VALUE,
                                            schema =
                                                    @Schema(
                                                            implementation =
                                                                    ConsoleSessionDocument.SignIn
                                                                            .class))))
    @Problems({
        ProblemCode.MALFORMED_JSON,
        ProblemCode.INVALID_REQUEST,
        ProblemCode.UNAUTHORIZED,
        ProblemCode.FORBIDDEN,
        ProblemCode.PAYLOAD_TOO_LARGE,
        ProblemCode.UNSUPPORTED_MEDIA_TYPE,
        ProblemCode.REQUEST_TIMEOUT,
        ProblemCode.INVALID_KEY,
        ProblemCode.OVERLOADED,
        ProblemCode.LOG_UNAVAILABLE,
        ProblemCode.ACCESS_UNAVAILABLE
    })
    @PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
    ConsoleSessionDocument open(
            @Parameter(hidden = true) HttpServletRequest request,
            @Parameter(hidden = true) HttpServletResponse response) {
        String presented = bodies.key(request);
        if (!mode.on()) {
            return ConsoleSessionDocument.open();
        }
        ConsoleSignIn.Opened opened = signIn.open(presented, request);
        setCookie(request, response, opened.token(), opened.lasts());
        return ConsoleSessionDocument.of(opened.identity(), csrf(request), opened.expiresAt());
    }

    @Operation(
            operationId = "signOut",
            summary = "Sign out",
            description = "Ends the session of the cookie, where there is one.")
    @Problems({ProblemCode.FORBIDDEN, ProblemCode.LOG_UNAVAILABLE, ProblemCode.ACCESS_UNAVAILABLE})
    @DeleteMapping
    ConsoleSessionDocument signOut(
            @Parameter(hidden = true) HttpServletRequest request,
            @Parameter(hidden = true) HttpServletResponse response) {
        if (!mode.on()) {
            return ConsoleSessionDocument.open();
        }
        Credentials.cookie(request).ifPresent(signIn::close);
        setCookie(request, response, "", Duration.ZERO);
        return ConsoleSessionDocument.none();
    }

    private static void setCookie(
            HttpServletRequest request,
            HttpServletResponse response,
            String value,
            Duration maxAge) {
        response.addHeader(
                HttpHeaders.SET_COOKIE,
                ResponseCookie.from(Credentials.SESSION_COOKIE, value)
                        .httpOnly(true)
                        .secure(request.isSecure())
                        .sameSite("Strict")
                        .path("/")
                        .maxAge(maxAge)
                        .build()
                        .toString());
    }

    /// Asking for it sets its cookie.
    private static @Nullable String csrf(HttpServletRequest request) {
        return request.getAttribute(CsrfToken.class.getName()) instanceof CsrfToken token
                ? token.getToken()
                : null;
    }
}
