package org.quirkwatch.feature;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.quirkwatch.linalg.FittedState;
import org.quirkwatch.linalg.LogisticRegression;
import org.quirkwatch.linalg.Matrix;

/// Logistic probes, one per layer, and their form as data.
///
/// @param list in the order of the layers
record Probes(List<LogisticRegression> list) {

    /// Of the order from which the folds are cut, as in the method.
    static final long SEED = 42;

    Probes {
        list = List.copyOf(list);
    }

    /// Their numbers, by name.
    Map<String, Double> numbers() {
        Map<String, Double> numbers = new HashMap<>();
        for (int i = 0; i < list.size(); i++) {
            numbers.put(bias(i), list.get(i).bias());
            numbers.put(lambda(i), list.get(i).lambda());
        }
        return numbers;
    }

    /// Their tensors, by name.
    Map<String, Matrix> tensors() {
        Map<String, Matrix> tensors = new HashMap<>();
        for (int i = 0; i < list.size(); i++) {
            tensors.put(weights(i), list.get(i).weights().transposed());
        }
        return tensors;
    }

    /// The names of the numbers of so many probes.
    static Set<String> numberNames(int count) {
        Set<String> names = new HashSet<>();
        for (int i = 0; i < count; i++) {
            names.add(bias(i));
            names.add(lambda(i));
        }
        return names;
    }

    /// The names of the tensors of so many probes.
    static Set<String> tensorNames(int count) {
        Set<String> names = new HashSet<>();
        for (int i = 0; i < count; i++) {
            names.add(weights(i));
        }
        return names;
    }

    /// The probes of a state.
    ///
    /// @throws IllegalArgumentException when a number or tensor is missing, of another shape or
    ///   outside its range: names it
    static Probes of(FittedState state, int count) {
        List<LogisticRegression> probes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int width = state.width(weights(i));
            probes.add(
                    new LogisticRegression(
                            state.tensor(weights(i), 1, width).transposed(),
                            state.number(bias(i)),
                            state.number(lambda(i), 0)));
        }
        return new Probes(probes);
    }

    private static String bias(int layer) {
        return "bias/" + layer;
    }

    private static String lambda(int layer) {
        return "lambda/" + layer;
    }

    private static String weights(int layer) {
        return "weights/" + layer;
    }
}
