package org.quirkwatch.dataset;

import java.util.OptionalLong;

/// A city of `facts/cities.tsv`.
///
/// @param name in plain letters, not blank; no two cities of the facts share it
/// @param latitude in degrees, -90 to 90, north is positive; rounded, never 0
/// @param longitude in degrees, -180 to 180, east is positive; rounded
/// @param country not blank
/// @param region the first-level region (state, province, county) that the city lies in, not blank
/// @param capital what the city is the capital of
/// @param population at least 1, rounded; empty where unknown
record City(
        String name,
        double latitude,
        double longitude,
        String country,
        String region,
        CapitalOf capital,
        OptionalLong population) {

    /// What a city is the capital of.
    enum CapitalOf {
        /// Of the country.
        COUNTRY("primary"),
        /// Of the first-level region.
        REGION("admin"),
        /// Of something smaller.
        DISTRICT("minor"),
        NOTHING("");

        private final String code;

        CapitalOf(String code) {
            this.code = code;
        }

        static CapitalOf of(String code) {
            for (CapitalOf capital : values()) {
                if (capital.code.equals(code)) {
                    return capital;
                }
            }
            throw new IllegalArgumentException(
                    "capital must be primary, admin, minor or empty, got \"%s\"".formatted(code));
        }
    }

    private static final double MAX_LATITUDE = 90;
    private static final double MAX_LONGITUDE = 180;

    City {
        requireText("city", name);
        requireText("country", country);
        requireText("admin_name", region);
        if (!(Math.abs(latitude) <= MAX_LATITUDE && latitude != 0)) {
            throw new IllegalArgumentException(
                    "lat must be in [-90, 90] and not 0, got " + latitude);
        }
        if (!(Math.abs(longitude) <= MAX_LONGITUDE)) {
            throw new IllegalArgumentException("lng must be in [-180, 180], got " + longitude);
        }
        if (population.isPresent() && population.getAsLong() < 1) {
            throw new IllegalArgumentException(
                    "population must be at least 1 or empty, got " + population.getAsLong());
        }
    }

    private static void requireText(String column, String value) {
        if (value.isBlank()) {
            throw new IllegalArgumentException(column + " must not be blank");
        }
    }

    /// How hard it is to know something of the city: minus the decimal logarithm of the population,
    /// and 0, the hardest, where that is unknown.
    ///
    /// @return at most 0, higher = harder
    double difficulty() {
        return population.isPresent() ? -Math.log10((double) population.getAsLong()) : 0;
    }
}
