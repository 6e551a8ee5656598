package org.quirkwatch.review;

import org.jspecify.annotations.Nullable;

/// Which items of the queue; what is null does not matter.
///
/// @param disposition `review` or `discard`
/// @param detector id or digest
record ReviewFilter(
        @Nullable ReviewStatus status, @Nullable String disposition, @Nullable String detector) {

    static final ReviewFilter ALL = new ReviewFilter(null, null, null);

    static ReviewFilter of(ReviewStatus status) {
        return new ReviewFilter(status, null, null);
    }
}
