package org.quirkwatch.rollout;

import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.quirkwatch.artifact.Artifact;
import org.quirkwatch.lane.Aside;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.scoring.Answers;
import org.quirkwatch.scoring.Detectors;
import org.quirkwatch.scoring.Verdict;
import org.quirkwatch.scoring.VerdictRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Which detector judges beside the active one, as it is written down: none or one. Thread-safe.
final class Shadows implements Answers.Listener, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Shadows.class);

    private final Detectors detectors;
    private final Catalogue catalogue;
    private final ShadowStore store;
    private final RolloutMetrics metrics;
    private final InstantSource clock;
    private final int most;
    private final int passSignals;
    // Written under the lock of this object.
    private volatile Optional<Shadow> current = Optional.empty();
    private Optional<ShadowChoice> saidOf = Optional.empty();

    /// @param most signals that wait for the second detector
    /// @param passSignals of one pass of its own
    Shadows(
            Detectors detectors,
            Catalogue catalogue,
            ShadowStore store,
            RolloutMetrics metrics,
            InstantSource clock,
            int most,
            int passSignals) {
        this.detectors = detectors;
        this.catalogue = catalogue;
        this.store = store;
        this.metrics = metrics;
        this.clock = clock;
        this.most = most;
        this.passSignals = passSignals;
    }

    /// The one that judges beside.
    Optional<Shadow> current() {
        return current;
    }

    boolean isShadow(String digest) {
        return current.filter(shadow -> shadow.artifact().digest().equals(digest)).isPresent();
    }

    /// Has a detector judge a share of the signals beside the active one.
    ///
    /// @param reference its digest, or its id where only one has it
    /// @param share in (0, 1]
    /// @throws Problem as [Catalogue#load] and [Detectors#tryOut] do, `detector-conflict` where it
    ///   is the active one, `log-unavailable`
    synchronized Shadow set(String reference, double share, String actor) {
        Artifact artifact = catalogue.load(reference);
        if (artifact.equals(detectors.active())) {
            throw new Problem(
                    ProblemCode.DETECTOR_CONFLICT,
                    "detector %s judges already, another one may judge beside it"
                            .formatted(artifact.id()));
        }
        detectors.tryOut(artifact).close();
        ShadowChoice choice =
                new ShadowChoice(
                        new Activation.Reference(artifact.id(), artifact.digest()),
                        share,
                        // As precisely as databases keep it.
                        clock.instant().truncatedTo(ChronoUnit.MICROS),
                        actor);
        store.write(Optional.of(choice));
        return put(choice, artifact);
    }

    /// Has no detector judge beside.
    ///
    /// @return the one that did
    /// @throws Problem `log-unavailable`
    synchronized Optional<Shadow> end() {
        Optional<Shadow> before = current;
        store.write(Optional.empty());
        drop();
        return before;
    }

    /// Does as is written down, by this replica or another.
    synchronized void follow() {
        Optional<ShadowChoice> wanted = store.read();
        if (wanted.equals(current.map(Shadow::choice)) || wanted.equals(saidOf)) {
            return;
        }
        saidOf = Optional.empty();
        if (wanted.isEmpty()) {
            drop();
            return;
        }
        try {
            Artifact artifact = catalogue.load(wanted.get().detector().digest());
            if (!artifact.equals(detectors.active())) {
                put(wanted.get(), artifact);
            }
        } catch (Problem e) {
            drop();
            saidOf = wanted;
            LOG.warn(
                    "detector {} does not judge beside: {}",
                    wanted.get().detector().id(),
                    e.detail());
        }
    }

    /// Another detector judges from now on: comparisons begin anew, and end where it is the one
    /// that judged beside.
    synchronized void activated(Artifact active) {
        if (isShadow(active.digest())) {
            drop();
            try {
                store.write(Optional.empty());
            } catch (Problem e) {
                LOG.warn("it stays written down who judged beside: {}", e.detail());
            }
        } else {
            current.ifPresent(shadow -> shadow.against(active.digest()));
        }
    }

    private Shadow put(ShadowChoice choice, Artifact artifact) {
        drop();
        Shadow shadow = new Shadow(detectors, choice, artifact, metrics, most, passSignals);
        int width =
                artifact.detector().layers().widths().values().stream()
                        .mapToInt(Integer::intValue)
                        .sum();
        detectors.take(Optional.of(new Aside(artifact.features(), width, shadow.sampling())));
        shadow.start();
        current = Optional.of(shadow);
        return shadow;
    }

    private void drop() {
        if (current.isPresent()) {
            current.get().close();
            current = Optional.empty();
            detectors.take(Optional.empty());
        }
    }

    @Override
    public void answered(VerdictRecord record, Verdict verdict) {
        current.ifPresent(shadow -> shadow.answered(record, verdict));
    }

    @Override
    public synchronized void close() {
        current.ifPresent(Shadow::close);
    }
}
