package org.quirkwatch.bench;

/// Processor time up to a moment, or between two.
///
/// @param wallNanos of the clock
/// @param generatorNanos of this process
/// @param serviceNanos of the service; NaN where its process is not known
record Usage(long wallNanos, long generatorNanos, double serviceNanos) {

    Usage since(Usage before) {
        return new Usage(
                wallNanos - before.wallNanos,
                generatorNanos - before.generatorNanos,
                serviceNanos - before.serviceNanos);
    }

    /// Busy cores: 1.00 is one core all the time.
    @Override
    public String toString() {
        String generator = "generator %.2f".formatted(generatorNanos / (double) wallNanos);
        return Double.isNaN(serviceNanos)
                ? generator + " cores"
                : "%s, service %.2f cores".formatted(generator, serviceNanos / wallNanos);
    }
}
