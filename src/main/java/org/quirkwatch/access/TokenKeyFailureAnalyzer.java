package org.quirkwatch.access;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanCreationException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.NestedExceptionUtils;

/// Says in one line that the service does not start because the keys of tokens cannot be read.
final class TokenKeyFailureAnalyzer extends AbstractFailureAnalyzer<BeanCreationException> {

    // What Spring Boot calls those that it makes of its properties.
    private static final String DECODER = "jwtDecoder";

    @Override
    protected @Nullable FailureAnalysis analyze(
            Throwable rootFailure, BeanCreationException cause) {
        for (Throwable e = cause; e != null; e = e.getCause()) {
            if (e instanceof BeanCreationException creation
                    && creation.getBeanName() != null
                    && creation.getBeanName().startsWith(DECODER)) {
                return new FailureAnalysis(
                        ("spring.security.oauth2.resourceserver.jwt: the keys of tokens cannot be"
                                        + " used (%s); public-key-location is an RSA public key in"
                                        + " PEM")
                                .formatted(
                                        NestedExceptionUtils.getMostSpecificCause(e).getMessage()),
                        null,
                        cause);
            }
        }
        return null;
    }
}
