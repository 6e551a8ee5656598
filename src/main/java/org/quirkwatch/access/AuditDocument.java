package org.quirkwatch.access;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.media.Schema.RequiredMode;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One act as callers see it.
@Schema(name = "AuditEvent", description = "What somebody did to the service.")
@JsonPropertyOrder({"id", "at", "by", "act", "subject", "detail"})
record AuditDocument(
        @Schema(format = "uuid", requiredMode = RequiredMode.REQUIRED) String id,
        @Schema(requiredMode = RequiredMode.REQUIRED) Instant at,
        @Schema(description = "Who did it.", requiredMode = RequiredMode.REQUIRED) String by,
        @Schema(
                        description = "What was done.",
                        example = "key-created",
                        requiredMode = RequiredMode.REQUIRED)
                String act,
        @Schema(description = "To what.", requiredMode = RequiredMode.REQUIRED) String subject,
        @Schema(requiredMode = RequiredMode.REQUIRED) String detail) {

    /// One page.
    @Schema(name = "AuditEvents", description = "What was done to the service, newest first.")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonPropertyOrder({"events", "next"})
    record Page(
            @Schema(requiredMode = RequiredMode.REQUIRED) List<AuditDocument> events,
            @Schema(description = "`cursor` of the next page; absent on the last.")
                    @Nullable String next) {}

    static AuditDocument of(AuditTable.Event event) {
        return new AuditDocument(
                event.id().toString(),
                event.at(),
                event.by(),
                event.act(),
                event.subject(),
                event.detail());
    }
}
