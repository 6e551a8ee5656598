package org.quirkwatch.scoring;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.quirkwatch.calibration.Calibration;
import org.quirkwatch.problem.Problem;

/// The policies that hold, by their ids. Which there are is configured; their levels may be
/// replaced while the service runs. Thread-safe.
public final class Policies {

    private volatile Map<String, Policy> byId;

    /// @param policies each id once
    public Policies(Collection<Policy> policies) {
        Map<String, Policy> all = new TreeMap<>();
        policies.forEach(policy -> all.put(policy.id(), policy));
        byId = Map.copyOf(all);
    }

    /// All, by the order of their ids.
    public List<Policy> all() {
        return List.copyOf(new TreeMap<>(byId).values());
    }

    /// The one that has an id.
    public Optional<Policy> find(String id) {
        return Optional.ofNullable(byId.get(id));
    }

    /// Puts a policy in the place of the one with its id; signals that are on their way are judged
    /// by either.
    ///
    /// @throws IllegalArgumentException where there is none with this id
    public synchronized void replace(Policy policy) {
        Map<String, Policy> all = new TreeMap<>(byId);
        if (all.replace(policy.id(), policy) == null) {
            throw new IllegalArgumentException("there is no policy " + policy.id());
        }
        byId = Map.copyOf(all);
    }

    /// Checks that the levels of all can be reached with a calibration.
    ///
    /// @throws Problem `invalid-request` naming the policy and the smallest level that can
    public void requireResolvable(Calibration calibration) {
        all().forEach(policy -> policy.requireResolvable(calibration));
    }
}
