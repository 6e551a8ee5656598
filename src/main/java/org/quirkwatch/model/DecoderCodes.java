package org.quirkwatch.model;

import org.quirkwatch.model.CaptureSpec.Outputs;

/// The numbers by which `decoder.py` knows sites, positions, outputs and objectives.
final class DecoderCodes {

    private DecoderCodes() {}

    static long of(Site site) {
        return switch (site) {
            case RESID_PRE -> 0;
            case ATTN_Z -> 1;
            case ATTN_OUT -> 2;
            case RESID_MID -> 3;
            case MLP_IN -> 4;
            case MLP_OUT -> 5;
            case RESID_POST -> 6;
        };
    }

    static long of(Position position) {
        return switch (position) {
            case LAST -> 0;
            case MEAN_PROMPT -> 1;
            case LABEL -> 2;
            case MEAN_LABEL -> 3;
        };
    }

    static long of(Quantity quantity) {
        return switch (quantity) {
            case Quantity.Activation() -> 0;
            case Quantity.Gradient(_) -> 1;
            case Quantity.ReadoutGradient(int block) -> 2 + block;
        };
    }

    static long of(Outputs outputs) {
        return switch (outputs) {
            case Outputs.None() -> 0;
            case Outputs.Labels() -> 1;
            case Outputs.Logits(_) -> 2;
        };
    }

    static long of(Quantity.Objective objective) {
        return switch (objective) {
            // The sign is set right when the results are read.
            case LOG_ODDS, CONTRAST -> 0;
            case LOG_PROB -> 1;
        };
    }
}
