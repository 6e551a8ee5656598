package org.quirkwatch.rollout;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.quirkwatch.artifact.Artifact;
import org.quirkwatch.model.ModelIdentity;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.scoring.DetectorLookup;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The detectors of the hosted model: the one that was given at the start, and those that are kept.
/// What a folder says of itself is read once, for it never changes. Thread-safe.
final class Catalogue implements DetectorLookup {

    private static final Logger LOG = LoggerFactory.getLogger(Catalogue.class);
    private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}");
    private static final int MOST_LOADED = 2;
    private static final Duration UNUSED = Duration.ofMinutes(10);

    private final Artifact first;
    private final ModelIdentity model;
    private final ArtifactStore store;
    private final Map<String, Detector> known = new ConcurrentHashMap<>();
    // Kept, and of no use here: of another model, or not to be read. Said once.
    private final Set<String> passedOver = ConcurrentHashMap.newKeySet();
    private final Cache<String, Artifact> loaded =
            Caffeine.newBuilder()
                    .maximumSize(MOST_LOADED)
                    .expireAfterAccess(UNUSED)
                    .executor(Runnable::run)
                    .build();

    Catalogue(Artifact first, ModelIdentity model, ArtifactStore store) {
        this.first = first;
        this.model = model;
        this.store = store;
        known.put(first.digest(), Detector.of(first));
    }

    /// What is shown of a detector without loading it.
    ///
    /// @param description what its manifest says
    record Detector(String id, String digest, DetectorDocument description) {
        static Detector of(Artifact artifact) {
            return new Detector(artifact.id(), artifact.digest(), DetectorDocument.of(artifact));
        }
    }

    /// All of this model: the one of the start, then those that are kept, the latest first.
    List<Detector> all() {
        List<String> digests = new ArrayList<>(store.digests());
        digests.remove(first.digest());
        digests.sort(
                Comparator.comparing((String digest) -> store.keptAt(digest).orElse(Instant.MIN))
                        .reversed()
                        .thenComparing(Comparator.naturalOrder()));
        List<Detector> all = new ArrayList<>();
        all.add(Objects.requireNonNull(known.get(first.digest())));
        digests.forEach(digest -> described(digest).ifPresent(all::add));
        return all;
    }

    /// When a detector was kept; empty for one that is only given at the start.
    Optional<Instant> keptAt(String digest) {
        return store.keptAt(digest);
    }

    private Optional<Detector> described(String digest) {
        Detector seen = known.get(digest);
        if (seen != null || passedOver.contains(digest)) {
            return Optional.ofNullable(seen);
        }
        try {
            Artifact artifact = store.read(digest);
            artifact.requireModel(model);
            Detector detector = Detector.of(artifact);
            known.put(digest, detector);
            return Optional.of(detector);
        } catch (Problem e) {
            passedOver.add(digest);
            LOG.warn("the kept detector {} is not offered: {}", digest, e.detail());
            return Optional.empty();
        }
    }

    /// The detector that a digest or an id means.
    ///
    /// @throws Problem `unknown-detector`; `detector-conflict` where several have the id
    Detector find(String reference) {
        List<Detector> found = named(reference);
        if (found.size() > 1) {
            throw new Problem(
                    ProblemCode.DETECTOR_CONFLICT,
                    "%d detectors have the id %s, name one by its digest: %s"
                            .formatted(
                                    found.size(),
                                    reference,
                                    String.join(
                                            ", ",
                                            found.stream()
                                                    .limit(10)
                                                    .map(Detector::digest)
                                                    .toList())));
        }
        return found.getFirst();
    }

    /// Those that a digest or an id means, one or more.
    ///
    /// @throws Problem `unknown-detector`
    List<Detector> named(String reference) {
        List<Detector> all = all();
        List<Detector> found =
                all.stream()
                        .filter(detector ->
                                detector.digest().equals(reference)
                                        || detector.id().equals(reference))
                        .toList();
        if (found.isEmpty()) {
            throw new Problem(
                    ProblemCode.UNKNOWN_DETECTOR,
                    "there is no detector \"%s\", only %s"
                            .formatted(
                                    reference,
                                    String.join(
                                            ", ",
                                            all.stream()
                                                    .limit(10)
                                                    .map(d -> '"' + d.id() + '"')
                                                    .toList())));
        }
        return found;
    }

    @Override
    public Artifact load(String reference) {
        requireOfThisModel(reference);
        String digest = find(reference).digest();
        if (digest.equals(first.digest())) {
            return first;
        }
        return Objects.requireNonNull(loaded.get(digest, store::read));
    }

    // One that is kept, and of another model, is not among those that are found: so it says why.
    private void requireOfThisModel(String reference) {
        if (DIGEST.matcher(reference).matches() && passedOver.contains(reference)) {
            store.read(reference).requireModel(model);
        }
    }

    /// Keeps a detector.
    ///
    /// @throws Problem as [ArtifactStore#keep] does
    void keep(Artifact artifact) {
        artifact.requireModel(model);
        store.keep(artifact);
        known.put(artifact.digest(), Detector.of(artifact));
    }

    /// Checks that one more may be kept.
    ///
    /// @throws Problem `detector-conflict`
    void requireRoom() {
        store.requireRoom();
    }

    /// Removes one that is kept.
    ///
    /// @throws Problem `detector-conflict` where it is given at the start
    void remove(Detector detector) {
        if (detector.digest().equals(first.digest())) {
            throw new Problem(
                    ProblemCode.DETECTOR_CONFLICT,
                    "detector %s is given by quirkwatch.detector, it is not kept"
                            .formatted(detector.id()));
        }
        boolean removed = store.remove(detector.digest());
        known.remove(detector.digest());
        loaded.invalidate(detector.digest());
        if (!removed) {
            throw new Problem(
                    ProblemCode.UNKNOWN_DETECTOR,
                    "detector %s is not kept any more".formatted(detector.id()));
        }
    }
}
