package org.quirkwatch.linalg;

import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// What was fitted, as data: what an artifact holds of a feature or of a layer's detector.
///
/// @param numbers by name, finite: sizes, hyperparameters as they were applied
/// @param tensors by name; a vector is a matrix of one row
public record FittedState(Map<String, Double> numbers, Map<String, Matrix> tensors) {

    /// Copies and sorts by name.
    ///
    /// @throws IllegalArgumentException when a value is not finite
    public FittedState {
        numbers = Collections.unmodifiableMap(new TreeMap<>(numbers));
        tensors = Collections.unmodifiableMap(new TreeMap<>(tensors));
        numbers.forEach((name, value) -> {
            if (!Double.isFinite(value)) {
                throw new IllegalArgumentException(
                        "%s must be finite, got %s".formatted(name, value));
            }
        });
        tensors.forEach((name, tensor) -> {
            if (!tensor.isFinite()) {
                throw new IllegalArgumentException(
                        "tensor %s has a value that is not finite".formatted(name));
            }
        });
    }

    /// Checks that there are these and no others.
    ///
    /// @throws IllegalArgumentException naming what is expected and what there is
    public void requireNames(Set<String> numberNames, Set<String> tensorNames) {
        requireSame("numbers", numberNames, numbers.keySet());
        requireSame("tensors", tensorNames, tensors.keySet());
    }

    /// A number.
    ///
    /// @throws IllegalArgumentException when it is missing: names it
    public double number(String name) {
        Double value = numbers.get(name);
        if (value == null) {
            throw new IllegalArgumentException("number %s is missing".formatted(name));
        }
        return value;
    }

    /// A whole number.
    ///
    /// @throws IllegalArgumentException when it is missing, not whole or below the least: names it
    public int count(String name, int least) {
        double value = number(name);
        if (!(value >= least && value <= Integer.MAX_VALUE && value == Math.rint(value))) {
            throw new IllegalArgumentException(
                    "%s must be a whole number of %d or more, got %s"
                            .formatted(name, least, value));
        }
        return (int) value;
    }

    /// The columns of a tensor whose width only it knows.
    ///
    /// @throws IllegalArgumentException when it is missing: names it
    public int width(String name) {
        Matrix tensor = tensors.get(name);
        if (tensor == null) {
            throw new IllegalArgumentException("tensor %s is missing".formatted(name));
        }
        return tensor.columns();
    }

    /// A tensor.
    ///
    /// @throws IllegalArgumentException when it is missing or of another shape: names it
    public Matrix tensor(String name, int rows, int columns) {
        Matrix tensor = tensors.get(name);
        if (tensor == null) {
            throw new IllegalArgumentException("tensor %s is missing".formatted(name));
        }
        if (tensor.rows() != rows || tensor.columns() != columns) {
            throw new IllegalArgumentException(
                    "tensor %s must have shape [%d, %d], got [%d, %d]"
                            .formatted(name, rows, columns, tensor.rows(), tensor.columns()));
        }
        return tensor;
    }

    /// 0 or 1.
    ///
    /// @throws IllegalArgumentException when it is missing or another: names it
    public boolean flag(String name) {
        double value = number(name);
        if (!(value == 0 || value == 1)) {
            throw new IllegalArgumentException("%s must be 0 or 1, got %s".formatted(name, value));
        }
        return value == 1;
    }

    /// A number in [0, 1).
    ///
    /// @throws IllegalArgumentException when it is missing or another: names it
    public double share(String name) {
        double value = number(name);
        if (!(value >= 0 && value < 1)) {
            throw new IllegalArgumentException(
                    "%s must be in [0, 1), got %s".formatted(name, value));
        }
        return value;
    }

    /// A number of a least size.
    ///
    /// @throws IllegalArgumentException when it is missing or another: names it
    public double number(String name, double least) {
        double value = number(name);
        if (!(value >= least)) {
            throw new IllegalArgumentException(
                    "%s must be %s or more, got %s".formatted(name, least, value));
        }
        return value;
    }

    /// A tensor `[1, columns]` of positive values.
    ///
    /// @throws IllegalArgumentException when it is missing, of another shape, or a value is outside
    ///   the range: names it
    public double[] positive(String name, int columns) {
        double[] values = tensor(name, 1, columns).row(0);
        for (int i = 0; i < columns; i++) {
            if (!(values[i] > 0)) {
                throw new IllegalArgumentException(
                        "tensor %s must be positive, value %d is %s".formatted(name, i, values[i]));
            }
        }
        return values;
    }

    /// A tensor `[1, columns]` of values of 0 or more.
    ///
    /// @throws IllegalArgumentException when it is missing, of another shape, or a value is outside
    ///   the range: names it
    public double[] notNegative(String name, int columns) {
        double[] values = tensor(name, 1, columns).row(0);
        for (int i = 0; i < columns; i++) {
            if (!(values[i] >= 0)) {
                throw new IllegalArgumentException(
                        "tensor %s must not be negative, value %d is %s"
                                .formatted(name, i, values[i]));
            }
        }
        return values;
    }

    private static void requireSame(String what, Set<String> expected, Set<String> actual) {
        if (!expected.equals(actual)) {
            throw new IllegalArgumentException(
                    "expected %s %s, got %s"
                            .formatted(what, new TreeSet<>(expected), new TreeSet<>(actual)));
        }
    }
}
