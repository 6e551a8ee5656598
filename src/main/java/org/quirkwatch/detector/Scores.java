package org.quirkwatch.detector;

/// The scores of a batch. Higher is more anomalous.
///
/// @param perLayer `[batch][nLayers]`, raw, layers in the detector's order
/// @param aggregated `[batch]`
public record Scores(double[][] perLayer, double[] aggregated) {}
