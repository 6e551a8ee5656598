package org.quirkwatch.detector;

import java.util.List;

/// How many rows a rule keeps, and which: the hyperparameters of a [Reservoir].
///
/// @param most rows, from 2 to 100 000
/// @param seed of the draw, 0 or more
record SampleOptions(int most, long seed) {

    static final List<RuleOption> OPTIONS =
            List.of(
                    new RuleOption(
                            "max-rows",
                            "4000",
                            "keep at most this many rows, drawn evenly from all; from 2 to"
                                    + " 100000"),
                    new RuleOption(
                            "seed", "0", "of what is drawn at random, a whole number from 0 on"));

    /// What is set.
    ///
    /// @throws org.quirkwatch.problem.Problem `invalid-fit` outside the ranges
    static SampleOptions of(RuleSettings settings) {
        return new SampleOptions(
                settings.count("max-rows", 2, 100_000),
                settings.count("seed", 0, Integer.MAX_VALUE));
    }

    /// The options of a rule that keeps rows, its own first.
    static List<RuleOption> with(RuleOption... own) {
        List<RuleOption> options = new java.util.ArrayList<>(List.of(own));
        options.addAll(OPTIONS);
        return List.copyOf(options);
    }

    /// An empty reservoir.
    ///
    /// @param mostFeatures the widest row that the rule takes
    RowReservoir reservoir(int mostFeatures) {
        return new RowReservoir(most, seed, mostFeatures);
    }
}
