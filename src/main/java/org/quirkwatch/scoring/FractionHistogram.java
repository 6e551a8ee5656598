package org.quirkwatch.scoring;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.Collection;
import java.util.List;

/// A histogram of values that need not be whole numbers, such as p-values. Micrometer's summary
/// rounds every value up to a whole number before it looks for its bucket, which puts all p-values
/// into the bucket of 1; so this one is made with Prometheus' own client, in the registry that the
/// service's metrics are scraped from. Thread-safe.
final class FractionHistogram {

    private final Histogram histogram;
    private final List<PrometheusRegistry> registered;

    /// @param name its name in Prometheus, without the suffixes
    /// @param bounds upper bounds of the buckets, ascending
    /// @param tags that it carries
    FractionHistogram(
            MeterRegistry meters,
            String name,
            String description,
            double[] bounds,
            Iterable<Tag> tags) {
        histogram =
                Histogram.builder()
                        .name(name)
                        .help(description)
                        .withoutExemplars()
                        .classicOnly()
                        .classicUpperBounds(bounds)
                        .constLabels(labels(tags))
                        .build();
        // Where the service is not scraped, it counts for nobody.
        registered =
                registries(meters).stream()
                        .filter(PrometheusMeterRegistry.class::isInstance)
                        .map(PrometheusMeterRegistry.class::cast)
                        .map(PrometheusMeterRegistry::getPrometheusRegistry)
                        .toList();
        registered.forEach(registry -> registry.register(histogram));
    }

    /// Is not scraped from now on, so that another may have its name.
    void remove() {
        registered.forEach(registry -> registry.unregister(histogram));
    }

    void record(double value) {
        histogram.observe(value);
    }

    private static Labels labels(Iterable<Tag> tags) {
        Labels.Builder labels = Labels.builder();
        tags.forEach(tag -> labels.label(tag.getKey(), tag.getValue()));
        return labels.build();
    }

    private static Collection<MeterRegistry> registries(MeterRegistry meters) {
        return meters instanceof CompositeMeterRegistry composite
                ? composite.getRegistries()
                : List.of(meters);
    }
}
