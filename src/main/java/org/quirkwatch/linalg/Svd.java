package org.quirkwatch.linalg;

/// The part of a thin singular value decomposition X = U S Vᵀ that says how rows spread: U is not
/// kept.
///
/// @param values `[min(n, d)]`, S, descending, 0 or more
/// @param vectors `[d, min(n, d)]`, V, a unit direction in each column
public record Svd(double[] values, Matrix vectors) {}
