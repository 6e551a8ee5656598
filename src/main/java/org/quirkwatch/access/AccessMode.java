package org.quirkwatch.access;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

/// Whether callers have to prove who they are. Off only where nobody but this machine can ask and
/// the profile says that it is somebody's own: in any doubt, on.
///
/// @param on whether they have to
/// @param why in a few words, for the log
record AccessMode(boolean on, String why) {

    /// The profile that a start has which names none.
    static final String LOCAL_PROFILE = "local";

    /// What holds.
    ///
    /// @param enabled as configured; null where it is not
    /// @param local whether the profile `local` is active
    /// @param address where the server listens; null for everywhere
    /// @throws Problem `invalid-request` where it is switched off for others than this machine
    static AccessMode of(@Nullable Boolean enabled, boolean local, @Nullable InetAddress address) {
        boolean loopback = address != null && address.isLoopbackAddress();
        if (enabled != null && enabled) {
            return new AccessMode(true, "quirkwatch.access.enabled is true");
        }
        if (local && loopback) {
            return new AccessMode(
                    false, "the profile is local and server.address a loopback address");
        }
        String reason =
                local
                        ? "server.address is not a loopback address"
                        : "the profile is another than local";
        if (enabled != null) {
            throw new Problem(
                    ProblemCode.INVALID_REQUEST,
                    "quirkwatch.access.enabled=false holds only on a loopback address in the profile"
                            + " local: "
                            + reason);
        }
        return new AccessMode(true, reason);
    }
}
