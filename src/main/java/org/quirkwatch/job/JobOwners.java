package org.quirkwatch.job;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Whose a job is: of the caller whom the request names, where callers have to say who they are.
/// Who may administer sees all.
public final class JobOwners {

    private static final String ADMINISTRATOR = "admin";

    private JobOwners() {}

    /// Who submits; empty where nobody has to say so.
    public static Optional<String> owner(HttpServletRequest request) {
        return Optional.ofNullable(request.getRemoteUser());
    }

    /// Whose jobs a caller sees; null for everybody's.
    static @Nullable String seen(HttpServletRequest request) {
        return request.isUserInRole(ADMINISTRATOR) ? null : request.getRemoteUser();
    }

    static boolean sees(HttpServletRequest request, Job job) {
        String owner = seen(request);
        return owner == null || job.owner().filter(owner::equals).isPresent();
    }
}
