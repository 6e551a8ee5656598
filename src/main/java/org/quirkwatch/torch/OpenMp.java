package org.quirkwatch.torch;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Map;

/// How libtorch's threads wait for each other. Those of GNU OpenMP spin for 300 000 turns before
/// they sleep, which takes the processor from whoever they wait for where anything else runs beside
/// them. (See docs/decisions/0008.)
///
/// GNU OpenMP reads the environment of the process once, when it is loaded. Java has no call that
/// changes it; `setenv` of the C library does.
final class OpenMp {

    private static final String WAIT_POLICY = "OMP_WAIT_POLICY";
    private static final String SPIN_COUNT = "GOMP_SPINCOUNT";

    private OpenMp() {}

    /// Lets the threads of what is loaded from now on sleep while they wait, on Linux, unless the
    /// user's environment says how they wait. What is not possible is left alone: it costs time
    /// only.
    static void waitAsleep() {
        if (isOurs(System.getProperty("os.name"), System.getenv())) {
            setVariable(WAIT_POLICY, "PASSIVE");
        }
    }

    static boolean isOurs(String system, Map<String, String> environment) {
        return system.equals("Linux")
                && !environment.containsKey(WAIT_POLICY)
                && !environment.containsKey(SPIN_COUNT);
    }

    /// Sets a variable in the environment of the process; whether it was possible.
    @SuppressWarnings("restricted") // The engine needs native access as well.
    static boolean setVariable(String name, String value) {
        Linker linker = Linker.nativeLinker();
        try (Arena arena = Arena.ofConfined()) {
            MethodHandle setenv =
                    linker.downcallHandle(
                            linker.defaultLookup().findOrThrow("setenv"),
                            FunctionDescriptor.of(
                                    ValueLayout.JAVA_INT,
                                    ValueLayout.ADDRESS,
                                    ValueLayout.ADDRESS,
                                    ValueLayout.JAVA_INT));
            MemorySegment key = arena.allocateFrom(name);
            int failed = (int) setenv.invokeExact(key, arena.allocateFrom(value), 1);
            return failed == 0;
        } catch (Throwable e) {
            // No such function, or no native access.
            return false;
        }
    }
}
