package org.quirkwatch.access;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.media.Schema.RequiredMode;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.web.Identity;
import org.quirkwatch.web.Scope;

/// Who uses the console, as its page sees it.
///
/// @param access whether callers have to prove who they are
/// @param signedIn whether this caller may use the console; always true where access is off
/// @param name of the key that signed in; null where nobody did, or access is off
/// @param scopes what the caller may do, sorted
/// @param csrf what state-changing calls by cookie send back as `X-XSRF-TOKEN`; null where none is
///   needed
/// @param expiresAt when the session ends; null where there is none
@Schema(name = "ConsoleSession", description = "Who is signed in to the console.")
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonPropertyOrder({"access", "signed_in", "name", "scopes", "csrf", "expires_at"})
record ConsoleSessionDocument(
        @Schema(
                        description = "Whether callers have to prove who they are.",
                        requiredMode = RequiredMode.REQUIRED)
                boolean access,
        @Schema(
                        description =
                                "Whether this caller may use the console; always true where access"
                                        + " is off.",
                        requiredMode = RequiredMode.REQUIRED)
                @JsonProperty("signed_in")
                boolean signedIn,
        @Schema(
                        description =
                                "Who decides reviews; absent where nobody signed in, and where"
                                        + " access is off: then a reviewer gives a name.",
                        example = "reviewer-1")
                @Nullable String name,
        @Schema(description = "What the caller may do.", requiredMode = RequiredMode.REQUIRED)
                List<String> scopes,
        @Schema(
                        description =
                                "What calls by the session's cookie that change something send as"
                                        + " X-XSRF-TOKEN; absent where none is needed.")
                @Nullable String csrf,
        @Schema(description = "When the session ends by itself.") @JsonProperty("expires_at")
                @Nullable Instant expiresAt) {

    /// With what somebody signs in.
    ///
    /// @param key with the scope review or admin
    @Schema(name = "SignIn", description = "With what somebody signs in.")
    record SignIn(
            @Schema(
                            description = "A key with the scope review or admin.",
                            example = "qw_5f2k8q0zx1ab_…",
                            maxLength = 200,
                            requiredMode = RequiredMode.REQUIRED)
                    String key) {}

    /// Where access is off.
    static ConsoleSessionDocument open() {
        return new ConsoleSessionDocument(false, true, null, scopes(Identity.LOCAL), null, null);
    }

    /// Where nobody is signed in.
    static ConsoleSessionDocument none() {
        return new ConsoleSessionDocument(true, false, null, List.of(), null, null);
    }

    /// Where somebody is.
    static ConsoleSessionDocument of(
            Identity identity, @Nullable String csrf, @Nullable Instant expiresAt) {
        return new ConsoleSessionDocument(
                true,
                identity.may(Scope.REVIEW),
                identity.name(),
                scopes(identity),
                csrf,
                expiresAt);
    }

    private static List<String> scopes(Identity identity) {
        return identity.scopes().stream().sorted().map(Scope::text).toList();
    }
}
