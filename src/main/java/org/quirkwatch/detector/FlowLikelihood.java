package org.quirkwatch.detector;

import org.quirkwatch.flow.Flow;
import org.quirkwatch.flow.FlowPrior;
import org.quirkwatch.flow.FlowTraining;
import org.quirkwatch.linalg.FittedState;
import org.quirkwatch.linalg.Matrix;

/// The negative log-likelihood of a row under a normalising flow (RealNVP; Dinh, Sohl-Dickstein and
/// Bengio 2017) that was trained on trusted rows, per principal component kept:
///
/// ```text
/// s(x) = −(1/k) (Σ log p(z_i) + log |det ∂z/∂c|)
/// ```
///
/// with c the row's k principal coordinates and z its latents, as [Flow] has them: in nats, of any
/// sign, the prior's constants included. Without the determinant, a map that squeezes everything
/// would look likely; the code of Johnston, Chakraborty and Belrose, arXiv 2504.08812, scores
/// latents so, and with the opposite sign.
///
/// What lies beside the leading `components` directions is not modelled and has no influence on the
/// score.
///
/// Memory: the kept rows, and as [org.quirkwatch.linalg.RunningCovariance] while fitting.
///
/// @param training of the flow
/// @param kept the trusted rows and the seed of all draws
record FlowLikelihood(FlowTraining training, SampleOptions kept) implements LayerDetector {

    static final LayerRule RULE =
            new LayerRule(
                    "flow",
                    false,
                    SampleOptions.with(
                            new RuleOption(
                                    "prior",
                                    "normal",
                                    "of the latents, normal or laplace, both of variance 1"),
                            new RuleOption(
                                    "components",
                                    "32",
                                    "principal directions to model at most, from 1 to 512; the rest"
                                            + " is not looked at"),
                            new RuleOption("couplings", "6", "layers, from 1 to 64"),
                            new RuleOption(
                                    "hidden", "64", "units of each coupling, from 1 to 1024"),
                            new RuleOption(
                                    "epochs",
                                    "60",
                                    "passes over the kept rows at most, from 1 to 1000; fewer where"
                                            + " rows held out gain nothing")),
                    FlowLikelihood::of,
                    state -> new Fitted(Flow.of(state)));

    private static final int MOST_FEATURES = 16_384;

    private static FlowLikelihood of(RuleSettings settings) {
        SampleOptions kept = SampleOptions.of(settings);
        FlowPrior prior =
                settings.choice("prior", "normal", "laplace").equals("laplace")
                        ? FlowPrior.LAPLACE
                        : FlowPrior.NORMAL;
        return new FlowLikelihood(
                new FlowTraining(
                        prior,
                        settings.count("components", 1, FlowTraining.MOST_COMPONENTS),
                        settings.count("couplings", 1, FlowTraining.MOST_COUPLINGS),
                        settings.count("hidden", 1, FlowTraining.MOST_HIDDEN),
                        settings.count("epochs", 1, FlowTraining.MOST_EPOCHS),
                        kept.seed()),
                kept);
    }

    @Override
    public LayerRule rule() {
        return RULE;
    }

    @Override
    public Fitter fitter() {
        RowReservoir reservoir = kept.reservoir(MOST_FEATURES);
        return new Fitter() {
            @Override
            public void add(Matrix rows) {
                reservoir.add(rows);
            }

            @Override
            public FittedDetector fit() {
                return new Fitted(training.train(reservoir.varied(FlowTraining.FEWEST_ROWS)));
            }
        };
    }

    private record Fitted(Flow flow) implements FittedDetector {

        @Override
        public int nFeatures() {
            return flow.nFeatures();
        }

        @Override
        public double[] score(Matrix rows) {
            return Overflow.settled(rows, flow.surprises(rows));
        }

        @Override
        public FittedState state() {
            return flow.state();
        }
    }
}
