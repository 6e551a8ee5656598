package org.quirkwatch.quirky;

import java.util.List;
import java.util.Optional;

/// How well a quirky model does what its personas should do, measured on labelled rows.
///
/// @param cells one per persona, agreement and difficulty, in a fixed order: Alice before Bob,
///   agree before disagree, all rows before hard ones
/// @param minLoss quirkiness: with L(c→d) the mean loss of character c's prompts on d's labels over
///   the rows where the personas disagree, `min(L(A→B) − L(A→A), L(B→A) − L(B→B))` in nats;
///   positive = both personas prefer their own answers; NaN without such rows
/// @param meanLogit quirkiness: with ℓ(c→d) the log-odds of d's label on c's prompts over the same
///   rows, `½[(ℓ(A→A) − ℓ(B→A)) + (ℓ(B→B) − ℓ(A→B))]` of the means; NaN without such rows
public record QuirkyQuality(List<Cell> cells, double minLoss, double meanLogit) {

    /// The rows of one kind.
    ///
    /// @param persona whose prompts
    /// @param agreement whether Alice and Bob give the same label
    /// @param hardOnly whether only rows of a difficulty quantile of at least 0.75 count
    /// @param rows how many rows
    /// @param accuracy share of rows whose likelier label is the persona's; NaN without rows
    /// @param loss mean cross-entropy between the two labels in nats; NaN without rows
    public record Cell(
            Persona persona,
            boolean agreement,
            boolean hardOnly,
            int rows,
            double accuracy,
            double loss) {}

    /// Copies the list.
    public QuirkyQuality {
        cells = List.copyOf(cells);
    }

    /// The cell of a kind of rows.
    ///
    /// @return empty when it was not measured
    public Optional<Cell> cell(Persona persona, boolean agreement, boolean hardOnly) {
        return cells.stream()
                .filter(cell ->
                        cell.persona() == persona
                                && cell.agreement() == agreement
                                && cell.hardOnly() == hardOnly)
                .findFirst();
    }

    /// The lowest accuracy among the cells of hard rows.
    ///
    /// @return in [0, 1], NaN when a cell has no rows
    public double lowestHardAccuracy() {
        return cells.stream()
                .filter(Cell::hardOnly)
                .mapToDouble(Cell::accuracy)
                .reduce(1, Math::min);
    }

    /// Whether both personas prefer their own answers where they disagree.
    ///
    /// @return whether `minLoss` is positive; false where it was not measured
    public boolean isQuirky() {
        return minLoss > 0;
    }
}
