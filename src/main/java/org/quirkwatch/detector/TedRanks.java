package org.quirkwatch.detector;

import java.util.List;
import java.util.stream.IntStream;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.linalg.NearestRows;

/// The vectors of ranks of [Ted]. Between rows of length 1 the squared distance is 2 − 2 cos, so
/// that distances order them as similarities do.
final class TedRanks {

    private TedRanks() {}

    /// Rows divided by their lengths; a row of zeros stays one.
    static Matrix normalised(Matrix rows) {
        double[] values = new double[rows.rows() * rows.columns()];
        for (int row = 0; row < rows.rows(); row++) {
            double[] entries = rows.row(row);
            double largest = 0;
            for (double entry : entries) {
                largest = Math.max(largest, Math.abs(entry));
            }
            double squared = 0;
            for (int i = 0; i < entries.length && largest > 0; i++) {
                // First by the largest, or the squares of finite rows might overflow.
                entries[i] /= largest;
                squared += entries[i] * entries[i];
            }
            double length = largest == 0 ? 1 : Math.sqrt(squared);
            for (int i = 0; i < entries.length; i++) {
                values[row * entries.length + i] = entries[i] / length;
            }
        }
        return Matrix.wrap(rows.rows(), rows.columns(), values);
    }

    /// The ranks of the trusted rows among each other.
    ///
    /// @param layers `[nLayers]`, of rows of length 1
    /// @param k less than the number of rows
    /// @return `[nLayers][n][k][nLayers - 1]`, by reference, row, neighbour and other layer
    static int[][][][] ofTrusted(List<NearestRows> layers, int k) {
        return ranks(
                layers.stream().map(layer -> layer.nearestOthers(k)).toList(),
                (layer, targets) -> layers.get(layer).ranksAmongOthers(targets),
                k);
    }

    /// The ranks of trusted rows around others.
    ///
    /// @param rows `[nLayers]`, each `[m, width]`, normalised
    /// @return `[nLayers][m][k][nLayers - 1]`; no neighbours for a row that is not finite in all
    static int[][][][] of(List<NearestRows> layers, List<Matrix> rows, int k) {
        return ranks(
                IntStream.range(0, layers.size())
                        .mapToObj(layer -> layers.get(layer).nearest(rows.get(layer), k))
                        .toList(),
                (layer, targets) -> layers.get(layer).ranks(rows.get(layer), targets),
                k);
    }

    /// The ranks in a layer of targets `[m][any number]`.
    private interface Ranking {
        int[][] ranks(int layer, int[][] targets);
    }

    private static int[][][][] ranks(List<NearestRows.Found[]> found, Ranking ranking, int k) {
        int layers = found.size();
        int m = found.getFirst().length;
        int[][] targets = new int[m][];
        for (int row = 0; row < m; row++) {
            targets[row] = targets(found, row);
        }
        int[][][][] vectors = new int[layers][m][k][layers - 1];
        for (int layer = 0; layer < layers; layer++) {
            int[][] ranks = ranking.ranks(layer, targets);
            for (int row = 0; row < m; row++) {
                for (int reference = 0; reference < layers; reference++) {
                    if (targets[row].length == 0) {
                        vectors[reference][row] = new int[0][];
                    } else if (reference != layer) {
                        // The other layers stand in order, without the reference.
                        int place = layer < reference ? layer : layer - 1;
                        for (int i = 0; i < k; i++) {
                            vectors[reference][row][i][place] = ranks[row][reference * k + i];
                        }
                    }
                }
            }
        }
        return vectors;
    }

    /// The neighbours in all references, one after the other; none if a layer found none.
    private static int[] targets(List<NearestRows.Found[]> found, int row) {
        if (found.stream().anyMatch(layer -> layer[row].indices().length == 0)) {
            return new int[0];
        }
        return found.stream().flatMapToInt(layer -> IntStream.of(layer[row].indices())).toArray();
    }
}
