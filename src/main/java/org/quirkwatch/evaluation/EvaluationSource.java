package org.quirkwatch.evaluation;

import java.util.List;
import org.quirkwatch.quirky.QuirkyExample;

/// Where the rows of an evaluation come from.
public sealed interface EvaluationSource permits FolderSource, QuirkySource {

    /// The name of the task or folder.
    String name();

    /// Which of some shifts it has.
    List<Shift> shifts(List<Shift> wanted);

    /// The rows under one of [#shifts].
    ///
    /// @param limit most rows of each kind, 1 or more
    /// @throws org.quirkwatch.problem.Problem `invalid-file` naming what cannot be read
    EvaluationData data(Shift shift, int limit);

    /// Rows on which the quirkiness of a model can be measured; empty where none are known.
    ///
    /// @param limit most rows
    List<QuirkyExample> validation(int limit);
}
