package org.quirkwatch.rollout;

import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.quirkwatch.artifact.Artifact;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.scoring.Detectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Which detector judges: as the history has it. Another one is loaded and tried while the old one
/// serves, then written down, then put in its place. Thread-safe.
final class Rollout {

    private static final Logger LOG = LoggerFactory.getLogger(Rollout.class);
    private static final String AT_START = "quirkwatch.detector";

    private final Detectors detectors;
    private final Catalogue catalogue;
    private final ActivationHistory history;
    private final Shadows shadows;
    private final RolloutMetrics metrics;
    private final InstantSource clock;
    // Who switches; others are told to come again rather than to wait.
    private final ReentrantLock switching = new ReentrantLock();
    private volatile int saidOf;

    Rollout(
            Detectors detectors,
            Catalogue catalogue,
            ActivationHistory history,
            Shadows shadows,
            RolloutMetrics metrics,
            InstantSource clock) {
        this.detectors = detectors;
        this.catalogue = catalogue;
        this.history = history;
        this.shadows = shadows;
        this.metrics = metrics;
        this.clock = clock;
    }

    /// Has the detector of the last entry judge, before anybody asks for a verdict. A detector that
    /// `quirkwatch.detector` gives for the first time becomes the last entry.
    ///
    /// @throws Problem where the detector of the last entry cannot be had: judging with another
    ///   would be a choice that nobody made
    void start() {
        Artifact first = detectors.first();
        Optional<Activation> latest = history.latest();
        if (latest.isEmpty() || !history.startedWith(first.digest())) {
            try {
                history.append(
                        next(latest, AT_START, Activation.Cause.START, reference(first), latest));
                return;
            } catch (Problem e) {
                if (e.code() != ProblemCode.DETECTOR_CONFLICT) {
                    throw e;
                }
                // Another replica, which started at the same moment, was faster.
                latest = history.latest();
            }
        }
        Activation.Reference wanted = latest.orElseThrow().to();
        if (!wanted.digest().equals(first.digest())) {
            try {
                put(catalogue.load(wanted.digest()));
            } catch (Problem e) {
                throw new Problem(
                        e.code(),
                        ("detector %s (%s) judged last and cannot be had: %s; put it back into"
                                        + " quirkwatch.rollout.store, or start with a"
                                        + " quirkwatch.detector that was never given before")
                                .formatted(wanted.id(), wanted.digest(), e.detail()),
                        e);
            }
        }
    }

    /// Has another detector judge.
    ///
    /// @param reference its digest, or its id where only one has it
    /// @param actor who asks
    /// @return the entry; the last one where it judges already
    /// @throws Problem as [Catalogue#load] and [Detectors#tryOut] do, `detector-conflict` while
    ///   another is put in place, `log-unavailable`
    Activation activate(String reference, String actor) {
        return switched(() -> {
            Artifact artifact = catalogue.load(reference);
            Optional<Activation> latest = history.latest();
            if (artifact.equals(detectors.active())
                    && latest.filter(l -> l.to().digest().equals(artifact.digest())).isPresent()) {
                return latest.get();
            }
            return put(
                    artifact,
                    next(latest, actor, Activation.Cause.REQUEST, reference(artifact), latest));
        });
    }

    /// Has the detector judge that judged before the one that was asked for last.
    ///
    /// @throws Problem as [#activate] does; `detector-conflict` where there is none before
    Activation rollBack(String actor) {
        return switched(() -> {
            Optional<Activation> latest = history.latest();
            Activation target =
                    latest.flatMap(Activation::before)
                            .flatMap(history::find)
                            .orElseThrow(() ->
                                    new Problem(
                                            ProblemCode.DETECTOR_CONFLICT,
                                            "there is no detector before the one that judges"));
            Artifact artifact = catalogue.load(target.to().digest());
            return put(
                    artifact,
                    new Activation(
                            latest.orElseThrow().entry() + 1,
                            clock.instant(),
                            actor,
                            Activation.Cause.ROLLBACK,
                            Optional.of(reference(detectors.active())),
                            reference(artifact),
                            target.before()));
        });
    }

    /// Has the detector judge that another replica has put in place.
    void follow() {
        // Looked at without the lock, so that nobody who switches is sent away for a look.
        if (isAsWritten() || !switching.tryLock()) {
            return;
        }
        int entry = 0;
        try {
            Optional<Activation> latest = history.latest();
            Optional<String> wanted = latest.map(l -> l.to().digest());
            entry = latest.map(Activation::entry).orElse(0);
            if (wanted.isPresent() && !wanted.get().equals(detectors.active().digest())) {
                put(catalogue.load(wanted.get()));
                LOG.info("detector {} judges, as entry {} says", latest.get().to().id(), entry);
            }
            metrics.behind(false);
        } catch (Problem e) {
            metrics.behind(true);
            if (saidOf != entry) {
                saidOf = entry;
                LOG.warn(
                        "detector {} judges on, entry {} cannot be followed: {}",
                        detectors.active().id(),
                        entry,
                        e.detail());
            }
        } finally {
            switching.unlock();
        }
    }

    private boolean isAsWritten() {
        try {
            String active = detectors.active().digest();
            boolean same = history.latest().filter(l -> !l.to().digest().equals(active)).isEmpty();
            if (same) {
                metrics.behind(false);
            }
            return same;
        } catch (Problem e) {
            LOG.debug("it cannot be seen which detector should judge", e);
            return true;
        }
    }

    /// Puts a detector in place that is written down already.
    private void put(Artifact artifact) {
        try (Detectors.Tried tried = detectors.tryOut(artifact)) {
            detectors.activate(tried);
        }
        shadows.activated(artifact);
    }

    private Activation put(Artifact artifact, Activation entry) {
        try (Detectors.Tried tried = detectors.tryOut(artifact)) {
            history.append(entry);
            detectors.activate(tried);
        }
        shadows.activated(artifact);
        metrics.switched(entry.cause());
        LOG.info(
                "detector {} ({}) judges from now on, asked for by {}",
                artifact.id(),
                artifact.digest(),
                entry.actor());
        return entry;
    }

    private Activation next(
            Optional<Activation> latest,
            String actor,
            Activation.Cause cause,
            Activation.Reference to,
            Optional<Activation> before) {
        return new Activation(
                latest.map(Activation::entry).orElse(0) + 1,
                clock.instant(),
                actor,
                cause,
                latest.map(Activation::to),
                to,
                before.map(Activation::entry));
    }

    private static Activation.Reference reference(Artifact artifact) {
        return new Activation.Reference(artifact.id(), artifact.digest());
    }

    private Activation switched(Supplier<Activation> work) {
        if (!switching.tryLock()) {
            throw new Problem(
                    ProblemCode.DETECTOR_CONFLICT,
                    "another detector is being put in place, ask again when it judges");
        }
        try {
            return work.get();
        } finally {
            switching.unlock();
        }
    }
}
