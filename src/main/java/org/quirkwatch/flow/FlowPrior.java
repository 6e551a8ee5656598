package org.quirkwatch.flow;

import java.util.Locale;

/// What the latents of a [Flow] are distributed like: independent, of mean 0 and variance 1.
public enum FlowPrior {
    /// The standard normal distribution.
    NORMAL(0) {
        @Override
        double surprise(double z) {
            return z * z / 2 + HALF_LOG_TWO_PI;
        }
    },
    /// The Laplace distribution of scale 1/√2.
    LAPLACE(1) {
        @Override
        double surprise(double z) {
            return Math.abs(z) * ROOT_TWO + HALF_LOG_TWO;
        }
    };

    private static final double HALF_LOG_TWO_PI = Math.log(2 * Math.PI) / 2;
    private static final double ROOT_TWO = Math.sqrt(2);
    private static final double HALF_LOG_TWO = Math.log(2) / 2;

    private final int code;

    FlowPrior(int code) {
        this.code = code;
    }

    /// Its number in programs and states.
    int code() {
        return code;
    }

    /// The name in commands.
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// −log p(z) of one latent, in nats.
    abstract double surprise(double z);
}
