package org.quirkwatch.scoring;

import java.util.ArrayList;
import java.util.List;
import org.quirkwatch.checkpoint.Checkpoint;
import org.quirkwatch.model.HookedModel;
import org.quirkwatch.model.Precision;
import org.quirkwatch.torch.ComputeDevice;

/// The same model on one device or several.
///
/// @param all in the order of the devices
record Models(List<HookedModel> all) implements AutoCloseable {

    /// Loads a checkpoint onto every device. Nothing is left behind when that fails.
    ///
    /// @throws org.quirkwatch.problem.Problem `invalid-checkpoint`
    static Models load(Checkpoint checkpoint, List<ComputeDevice> devices, Precision precision) {
        List<HookedModel> loaded = new ArrayList<>();
        try {
            for (ComputeDevice device : devices) {
                loaded.add(HookedModel.load(checkpoint, device, precision));
            }
            return new Models(List.copyOf(loaded));
        } catch (RuntimeException e) {
            loaded.forEach(HookedModel::close);
            throw e;
        }
    }

    @Override
    public void close() {
        all.forEach(HookedModel::close);
    }
}
