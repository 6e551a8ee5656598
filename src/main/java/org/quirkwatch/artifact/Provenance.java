package org.quirkwatch.artifact;

import org.quirkwatch.model.ModelIdentity;

/// Where a detector comes from: enough to make it again and to refuse another model. There is no
/// time of making: the same inputs give the same artifact, byte for byte.
///
/// @param model the model whose activations were fitted
/// @param dataDigest `sha256:` and 64 hexadecimal digits over the trusted rows, whatever their
///   order
/// @param nFit trusted rows that the layers' detectors were fitted on
/// @param nScale trusted rows that gave the layers' common scale
/// @param nCalibration trusted rows that calibrated the score
/// @param untrustedDigest as `dataDigest` over the untrusted rows, also where there are none
/// @param nUntrusted untrusted rows that the layers' detectors were fitted on
/// @param seed of the split into those three
/// @param codeVersion the version of this program
public record Provenance(
        ModelIdentity model,
        String dataDigest,
        int nFit,
        int nScale,
        int nCalibration,
        String untrustedDigest,
        int nUntrusted,
        long seed,
        String codeVersion) {

    /// Checks digests and sizes.
    ///
    /// @throws IllegalArgumentException for a digest in another form or a negative size
    public Provenance {
        Digest.requireDigest("data_digest", dataDigest);
        Digest.requireDigest("untrusted_digest", untrustedDigest);
        Digest.requireDigest("model.digest", model.digest());
        Digest.requireDigest("model.tokenizer_digest", model.tokenizerDigest());
        if (!(nUntrusted >= 0)) {
            throw new IllegalArgumentException("n_untrusted must be 0 or more, got " + nUntrusted);
        }
        if (!(nFit >= 1 && nScale >= 1 && nCalibration >= 1)) {
            throw new IllegalArgumentException(
                    "n_fit, n_scale and n_calibration must be 1 or more, got %d, %d and %d"
                            .formatted(nFit, nScale, nCalibration));
        }
    }
}
