package org.quirkwatch.linalg;

/// The decomposition A = V diag(λ) Vᵀ of a symmetric matrix.
///
/// @param values `[d]`, λ, ascending
/// @param vectors `[d, d]`, V, a unit eigenvector in each column
public record Eigen(double[] values, Matrix vectors) {}
