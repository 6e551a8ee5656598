package org.quirkwatch.scoring;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.quirkwatch.Quirkwatch;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.test.context.ContextConfiguration;

/// A test against the running service: real HTTP on a free port, a real model, a real detector. All
/// such tests share one service.
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@SpringBootTest(
        classes = Quirkwatch.class,
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "quirkwatch.limits.max-signal-size=20KB",
            "quirkwatch.limits.max-body-size=100KB",
            "quirkwatch.limits.max-batch-signals=64",
            "quirkwatch.lane.max-pending-signals=128",
            "quirkwatch.policies.watching.mode=shadow",
            "quirkwatch.policies.watching.alpha-review=0.5",
            "quirkwatch.policies.strict.on-unscored=discard",
            "management.metrics.export.prometheus.enabled=true"
        })
@ContextConfiguration(initializers = ServiceTest.TinyModel.class)
@interface ServiceTest {

    /// Points the service to the model and the detector of the tests.
    final class TinyModel implements ApplicationContextInitializer<ConfigurableApplicationContext> {
        @Override
        public void initialize(ConfigurableApplicationContext context) {
            TestPropertyValues.of(
                            "quirkwatch.model=" + TinyDetector.MODEL,
                            "quirkwatch.detector=" + TinyDetector.directory(),
                            "quirkwatch.device=cpu",
                            "quirkwatch.dtype=float32")
                    .applyTo(context);
        }
    }
}
