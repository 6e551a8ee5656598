package org.quirkwatch.bundled;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.quirkwatch.problem.Problem;

/// The model, the detector and the data sets that come with the jar, as directories that can be
/// read like any other. Run from class folders they are those of the build; run from a jar they are
/// unpacked once per process into a private temporary folder that is removed when the process ends.
/// Thread-safe.
public final class Bundled {

    private static final String MODEL = "bundled/models/quirky-addition/config.json";
    private static final String DETECTOR =
            "bundled/detectors/quirky-addition-mahalanobis/manifest.json";

    private static final Map<String, BundledDirectory> DATA = new ConcurrentHashMap<>();

    private Bundled() {}

    /// The directory of the bundled model: a Hugging Face checkpoint.
    ///
    /// @throws Problem `invalid-file` when this build holds none, or it cannot be unpacked
    public static Path model() {
        return Model.DIRECTORY.path();
    }

    /// The directory of the detector that was fitted on the bundled model.
    ///
    /// @throws Problem `invalid-file` when this build holds none, or it cannot be unpacked
    public static Path detector() {
        return Detector.DIRECTORY.path();
    }

    /// The directory of the data set of a task: a data set in the published raw format.
    ///
    /// @param task the task's name
    /// @throws Problem `invalid-file` when this build holds none, or it cannot be unpacked
    public static Path data(String task) {
        return DATA.computeIfAbsent(
                        task, name -> BundledDirectory.of("bundled/data/" + name + "/train.jsonl"))
                .path();
    }

    /// Made on first use, so that who names a model of their own unpacks nothing.
    private static final class Model {
        static final BundledDirectory DIRECTORY = BundledDirectory.of(MODEL);
    }

    private static final class Detector {
        static final BundledDirectory DIRECTORY = BundledDirectory.of(DETECTOR);
    }
}
