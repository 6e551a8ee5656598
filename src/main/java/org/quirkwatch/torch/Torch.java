package org.quirkwatch.torch;

import ai.djl.engine.Engine;

/// The engine of this process. It is started on first use: its native libraries are unpacked from
/// the jar into the user's cache folder and loaded once.
public final class Torch {

    private Torch() {}

    /// The version of libtorch.
    public static String version() {
        return engine().getVersion();
    }

    static Engine engine() {
        return Holder.ENGINE;
    }

    private static final class Holder {
        static final Engine ENGINE = start();

        private static Engine start() {
            // Never a download: what is not in the jar or on the machine is an error.
            System.setProperty("ai.djl.offline", "true");
            // The engine would otherwise re-specialise a program for each new batch shape, which
            // costs seconds in the
            // first requests and makes the numbers depend on what ran before.
            System.setProperty("ai.djl.pytorch.graph_optimizer", "false");
            return Engine.getEngine("PyTorch");
        }
    }
}
