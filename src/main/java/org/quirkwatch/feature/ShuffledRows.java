package org.quirkwatch.feature;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/// Batches that go through all rows in an order that is drawn anew for each round. For one thread.
final class ShuffledRows {

    private final int[] rows;
    private final int batch;
    private final RandomGenerator random;
    private int next;

    /// @param rows their numbers, at least one; copied
    /// @param batch how many rows a batch has
    ShuffledRows(int[] rows, int batch, RandomGenerator random) {
        this.rows = rows.clone();
        this.batch = batch;
        this.random = random;
        this.next = rows.length;
    }

    /// The numbers from 0 to n - 1 in an order that is drawn, `[n]`.
    static int[] order(int n, RandomGenerator random) {
        int[] order = new int[n];
        Arrays.setAll(order, i -> i);
        shuffle(order, random);
        return order;
    }

    /// The next batch, `[batch]`; it may span two rounds.
    long[] next() {
        long[] picked = new long[batch];
        for (int i = 0; i < batch; i++) {
            if (next == rows.length) {
                shuffle(rows, random);
                next = 0;
            }
            picked[i] = rows[next++];
        }
        return picked;
    }

    private static void shuffle(int[] order, RandomGenerator random) {
        for (int i = order.length - 1; i > 0; i--) {
            int other = random.nextInt(i + 1);
            int kept = order[i];
            order[i] = order[other];
            order[other] = kept;
        }
    }
}
