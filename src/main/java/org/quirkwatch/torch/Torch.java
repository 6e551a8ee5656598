package org.quirkwatch.torch;

import ai.djl.engine.Engine;
import ai.djl.pytorch.jni.JniUtils;

/// The engine of this process. It is started on first use: its native libraries are unpacked from
/// the jar into the user's cache folder and loaded once.
public final class Torch {

    private Torch() {}

    /// The version of libtorch.
    public static String version() {
        return engine().getVersion();
    }

    /// How many of the processor's threads a call of a program may use.
    public static int threads() {
        return Holder.THREADS;
    }

    static Engine engine() {
        return Holder.ENGINE;
    }

    /// Lets what this thread calls next use one of the processor's threads, or as many as the
    /// engine was started with. Costs next to nothing.
    static void useThreads(boolean all) {
        JniUtils.setNumThreads(all ? Holder.THREADS : 1);
    }

    private static final class Holder {
        static final Engine ENGINE = start();
        static final int THREADS = JniUtils.getNumThreads();

        private static Engine start() {
            // Never a download: what is not in the jar or on the machine is an error.
            System.setProperty("ai.djl.offline", "true");
            // The engine would otherwise re-specialise a program for each new batch shape, which
            // costs seconds in the
            // first requests and makes the numbers depend on what ran before.
            System.setProperty("ai.djl.pytorch.graph_optimizer", "false");
            OpenMp.waitAsleep();
            return Engine.getEngine("PyTorch");
        }
    }
}
