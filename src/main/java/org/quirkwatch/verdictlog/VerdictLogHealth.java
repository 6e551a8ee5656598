package org.quirkwatch.verdictlog;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/// Whether verdicts can be written down; while they cannot, callers are answered by
/// `log-unavailable`. Not a part of readiness: replicas that share a database would all be taken
/// out at once, and nobody would tell callers when to come again. Thread-safe.
final class VerdictLogHealth implements HealthIndicator {

    private final DurableLedger ledger;

    VerdictLogHealth(DurableLedger ledger) {
        this.ledger = ledger;
    }

    @Override
    public Health health() {
        return ledger.trouble()
                .map(why -> Health.down().withDetail("reason", why).build())
                .orElseGet(() -> Health.up().build());
    }
}
