package org.quirkwatch.access;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.swagger.v3.oas.annotations.media.ArraySchema;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.media.Schema.RequiredMode;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.web.Scope;

/// A key as administrators see it.
@Schema(name = "ApiKey", description = "A key; its secret is in the answer that made it only.")
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonPropertyOrder({
    "id",
    "name",
    "scopes",
    "created_at",
    "created_by",
    "expires_at",
    "previous_until",
    "key"
})
record KeyDocument(
        @Schema(
                        description = "The part of the key that is no secret.",
                        example = "5f2k8q0zx1ab",
                        requiredMode = RequiredMode.REQUIRED)
                String id,
        @Schema(requiredMode = RequiredMode.REQUIRED) String name,
        @Schema(requiredMode = RequiredMode.REQUIRED) List<String> scopes,
        @Schema(requiredMode = RequiredMode.REQUIRED) @JsonProperty("created_at") Instant createdAt,
        @Schema(requiredMode = RequiredMode.REQUIRED) @JsonProperty("created_by") String createdBy,
        @Schema(description = "Absent where it holds for ever.") @JsonProperty("expires_at")
                @Nullable Instant expiresAt,
        @Schema(description = "Until when the secret before the last rotation holds.")
                @JsonProperty("previous_until")
                @Nullable Instant previousUntil,
        @Schema(description = "The whole key, in the answer that made it only.")
                @Nullable String key) {

    /// All keys.
    @Schema(name = "ApiKeys", description = "The keys of the database, by their names.")
    record Listing(@Schema(requiredMode = RequiredMode.REQUIRED) List<KeyDocument> keys) {}

    /// What is asked for.
    @Schema(name = "NewApiKey", description = "A key that is wanted.")
    record Wanted(
            @Schema(
                            description = "Letters, digits and ._@-; unique.",
                            example = "trainer-1",
                            minLength = 1,
                            maxLength = 90,
                            requiredMode = RequiredMode.REQUIRED)
                    String name,
            @ArraySchema(
                            arraySchema =
                                    @Schema(
                                            description = "What it opens.",
                                            requiredMode = RequiredMode.REQUIRED),
                            minItems = 1,
                            schema = @Schema(allowableValues = {"score", "review", "admin"}))
                    List<String> scopes,
            @Schema(
                            description = "Until when it holds (RFC 3339); absent for ever.",
                            example = "2027-03-01T00:00:00Z")
                    @JsonProperty("expires_at")
                    @Nullable Instant expiresAt) {}

    static KeyDocument of(ApiKey key) {
        return of(key, null);
    }

    static KeyDocument of(KeyAdministration.Made made) {
        return of(made.key(), made.secret());
    }

    private static KeyDocument of(ApiKey key, @Nullable String secret) {
        return new KeyDocument(
                key.id(),
                key.name(),
                key.scopes().stream().map(Scope::text).toList(),
                key.createdAt(),
                key.createdBy(),
                key.expiresAt().orElse(null),
                key.previous().map(ApiKey.Previous::until).orElse(null),
                secret);
    }

    /// Without the secret: records are shown in messages.
    @Override
    public String toString() {
        return "key " + name;
    }
}
