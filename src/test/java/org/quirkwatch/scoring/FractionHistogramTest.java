package org.quirkwatch.scoring;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.junit.jupiter.api.Test;

class FractionHistogramTest {

    private final PrometheusMeterRegistry prometheus =
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    @Test
    void aFractionFallsIntoItsOwnBucket() {
        FractionHistogram histogram =
                new FractionHistogram(
                        prometheus,
                        "p",
                        "of p-values",
                        new double[] {0.001, 0.25, 1},
                        Tags.of("application", "q"));
        histogram.record(0.0004);
        histogram.record(0.2);
        histogram.record(0.25);
        histogram.record(0.9);

        assertThat(prometheus.scrape())
                .contains("p_bucket{application=\"q\",le=\"0.001\"} 1\n")
                .contains("p_bucket{application=\"q\",le=\"0.25\"} 3\n")
                .contains("p_bucket{application=\"q\",le=\"1.0\"} 4\n")
                .contains("p_count{application=\"q\"} 4\n");
    }

    @Test
    void itIsFoundAmongSeveralRegistries() {
        CompositeMeterRegistry several = new CompositeMeterRegistry();
        several.add(new SimpleMeterRegistry());
        several.add(prometheus);
        new FractionHistogram(several, "p", "of p-values", new double[] {1}, Tags.empty())
                .record(1);

        assertThat(prometheus.scrape()).contains("p_count 1\n");
    }
}
