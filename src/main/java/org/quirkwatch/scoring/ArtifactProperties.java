package org.quirkwatch.scoring;

import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.nio.file.Path;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/// Whose artifacts are loaded, `quirkwatch.artifact.*`.
///
/// @param requireSignature whether artifacts without a signature are refused (default false)
/// @param trustedKeys PEM files of Ed25519 public keys; where there are some, a signature by
///   another key, or over other content, is refused in any case (default none)
@Validated
@ConfigurationProperties("quirkwatch.artifact")
record ArtifactProperties(
        @DefaultValue("false") boolean requireSignature,
        @DefaultValue @NotNull @Size(max = 100) List<Path> trustedKeys) {}
