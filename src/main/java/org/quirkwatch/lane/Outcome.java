package org.quirkwatch.lane;

/// What became of a signal in its lane.
///
/// @param measurement its score, or why there is none
/// @param timing where its time went
/// @param tokens of its prompt and label
public record Outcome(Measurement measurement, Timing timing, int tokens) {}
