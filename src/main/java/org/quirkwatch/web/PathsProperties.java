package org.quirkwatch.web;

import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.nio.file.Path;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/// The settings of the files that callers may name, `quirkwatch.paths.*`.
///
/// @param allowedRoots absolute paths of folders; none (the default): no file may be named
@Validated
@ConfigurationProperties("quirkwatch.paths")
record PathsProperties(@DefaultValue @NotNull @Size(max = 100) List<Path> allowedRoots) {}
