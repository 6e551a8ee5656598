package org.quirkwatch.evaluation;

/// Everything that decides the features of some rows.
///
/// @param model as [EvaluationModel#text] gives it
/// @param look as [EvaluationModel.Look#text] gives it
/// @param feature the name of one feature
/// @param rows digest of the rows
/// @param learned digest of the rows that the feature learned from; empty where it learns nothing
record FeatureKey(String model, String look, String feature, String rows, String learned) {

    /// The name of the file that holds them.
    String fileName() {
        String digest = Sha256.of(model, look, feature, rows, learned);
        return "%s-%s%s".formatted(feature, digest.substring(0, 32), FeatureCache.SUFFIX);
    }

    /// All of it, for the file to say what it holds.
    String text() {
        return String.join("\n", model, look, feature, rows, learned);
    }
}
