package org.quirkwatch.access;

import jakarta.servlet.http.HttpServletRequest;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementPortType;
import org.springframework.core.env.Environment;

/// Health and metrics on a port of their own, which the operator keeps to themselves: nobody is
/// asked for a key there.
final class ManagementPort {

    private final Environment environment;
    private final boolean apart;

    ManagementPort(Environment environment) {
        this.environment = environment;
        this.apart = ManagementPortType.get(environment) == ManagementPortType.DIFFERENT;
    }

    /// Whether there is one.
    boolean isApart() {
        return apart;
    }

    /// Whether a request came by it.
    boolean isAsked(HttpServletRequest request) {
        // Known when the server listens.
        Integer port = environment.getProperty("local.management.port", Integer.class);
        return apart && port != null && request.getLocalPort() == port;
    }
}
