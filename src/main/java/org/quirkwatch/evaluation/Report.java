package org.quirkwatch.evaluation;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

/// Use case: results to something that people read.
public final class Report {

    /// The detector that is shown beside the best: what `fit` makes when nothing is said.
    public static final String DEFAULT_DETECTOR = "layer-difference/mahalanobis";

    private Report() {}

    /// Writes the report as a page that needs no network, and as Markdown without pictures. The
    /// same lines give the same bytes.
    ///
    /// @param lines of a [ResultFile]
    /// @param preferred the detector to show beside the best
    /// @param html replaced where it exists
    /// @param markdown replaced where it exists
    /// @throws Problem `invalid-file` when there is no result to report on, or a file cannot be
    ///   written
    public static void write(
            List<ResultLine> lines, DetectorChoice preferred, Path html, Path markdown) {
        Overview overview = Overview.of(lines, preferred.feature() + "/" + preferred.ruleText());
        if (overview.entries().isEmpty()) {
            throw new Problem(ProblemCode.INVALID_FILE, "there is no result to write a report of");
        }
        write(markdown, MarkdownReport.of(overview));
        write(html, HtmlReport.of(overview));
    }

    private static void write(Path path, String text) {
        Path beside = path.resolveSibling(path.getFileName() + ".tmp");
        try {
            Files.writeString(beside, text, StandardCharsets.UTF_8);
            Files.move(beside, path, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new Problem(
                    ProblemCode.INVALID_FILE,
                    "%s: cannot be written".formatted(path.getFileName()),
                    e);
        }
    }
}
