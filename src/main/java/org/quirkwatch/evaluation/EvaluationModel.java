package org.quirkwatch.evaluation;

import java.util.List;
import java.util.Optional;
import org.quirkwatch.checkpoint.Checkpoint;
import org.quirkwatch.feature.FeatureView;
import org.quirkwatch.model.HookedModel;
import org.quirkwatch.model.Position;
import org.quirkwatch.model.Precision;
import org.quirkwatch.torch.ComputeDevice;

/// A model to evaluate, not loaded: what is kept of it on disk may do.
///
/// @param checkpoint its files
/// @param device where it runs
/// @param precision of its numbers
/// @param look what features look at in it
public record EvaluationModel(
        Checkpoint checkpoint, ComputeDevice device, Precision precision, Look look) {

    /// What features look at, for those that can be told.
    ///
    /// @param layers the blocks; empty for those that a feature looks at by itself
    /// @param sae the sparse autoencoder of the feature `sae`
    public record Look(List<Integer> layers, Optional<SaeFolder> sae) {

        /// What every feature looks at by itself.
        public static final Look STANDARD = new Look(List.of(), Optional.empty());

        /// Copies the list.
        public Look {
            layers = List.copyOf(layers);
        }

        /// Everything that it is, as a text.
        String text() {
            return "layers " + layers + sae.map(folder -> " sae " + folder.digest()).orElse("");
        }
    }

    /// The directory's own name.
    public String name() {
        return checkpoint.name();
    }

    /// Loads it.
    HookedModel load() {
        return HookedModel.load(checkpoint, device, precision);
    }

    /// What decides its activations, as a text.
    String text() {
        return "%s %s %s %s"
                .formatted(
                        checkpoint.digest(),
                        checkpoint.tokenizerDigest(),
                        device.cuda() ? "cuda" : "cpu",
                        precision.text());
    }

    /// Where features look.
    FeatureView view() {
        return new FeatureView(
                checkpoint.config().nLayers(),
                checkpoint.config().nHeads(),
                look.layers(),
                List.of(),
                List.of(Position.LAST),
                look.sae().map(SaeFolder::path));
    }
}
