package org.quirkwatch.job;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.web.Identity;
import org.quirkwatch.web.Scope;

/// Whose a job is: of the caller who sent the request. Who may administer sees all.
public final class JobOwners {

    private JobOwners() {}

    /// Who submits; empty where nobody has to say so.
    public static Optional<String> owner(HttpServletRequest request) {
        return Identity.find(request).map(Identity::name);
    }

    /// Whose jobs a caller sees; null for everybody's.
    static @Nullable String seen(HttpServletRequest request) {
        return Identity.find(request)
                .filter(who -> !who.may(Scope.ADMIN))
                .map(Identity::name)
                .orElse(null);
    }

    static boolean sees(HttpServletRequest request, Job job) {
        String owner = seen(request);
        return owner == null || job.owner().filter(owner::equals).isPresent();
    }
}
