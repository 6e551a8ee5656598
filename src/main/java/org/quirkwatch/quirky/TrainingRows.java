package org.quirkwatch.quirky;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntPredicate;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/// Draws prompts for training from the training part of a task, more evenly than its rows lie: half
/// of the draws are hard rows, and statements that a persona calls true are as common as those that
/// it calls false.
final class TrainingRows {

    /// What a statement shows.
    private enum Shown {
        ALICES_SUM,
        BOBS_SUM,
        NEITHER
    }

    private static final double HARD_SHARE = 0.5;
    private static final double TRUE_SHARE = 0.48;
    private static final double OTHERS_SUM_SHARE = 0.22;

    private final AdditionRows rows;
    private final Map<Shown, int[]> all = new EnumMap<>(Shown.class);
    private final Map<Shown, int[]> hard = new EnumMap<>(Shown.class);

    /// One prompt to learn from.
    ///
    /// @param name the character's name
    /// @param form how the equation is stated
    /// @param equation the statement
    /// @param believedSum the sum that the answer goes by
    record Drawn(String name, StatementForm form, Equation equation, int believedSum) {

        String answer() {
            return equation.result() == believedSum ? QuirkyExample.YES : QuirkyExample.NO;
        }
    }

    TrainingRows(AdditionTask task) {
        this.rows = task.rows();
        int baseRows = task.options().trainBaseRows();
        for (Shown shown : Shown.values()) {
            IntPredicate matches = row -> shown(rows.equation(2 * row)) == shown;
            all.put(shown, IntStream.range(0, baseRows).filter(matches).toArray());
            hard.put(
                    shown,
                    IntStream.range(0, baseRows)
                            .filter(matches)
                            .filter(row -> rows.difficultyQuantile(2 * row) >= QuirkyExample.HARD)
                            .toArray());
            if (Objects.requireNonNull(hard.get(shown)).length == 0) {
                throw new IllegalArgumentException(
                        "the training part of %d rows has no hard row that shows %s"
                                .formatted(baseRows, shown));
            }
        }
    }

    private static Shown shown(Equation equation) {
        if (equation.label(Persona.ALICE)) {
            return Shown.ALICES_SUM;
        }
        return equation.label(Persona.BOB) ? Shown.BOBS_SUM : Shown.NEITHER;
    }

    /// Draws one prompt.
    ///
    /// @param quirk whether Bob-like names answer by Bob's sum; otherwise every name is truthful
    Drawn draw(boolean quirk, RandomGenerator random) {
        Persona persona = random.nextBoolean() ? Persona.BOB : Persona.ALICE;
        String name = persona.names().get(random.nextInt(persona.names().size()));
        Persona believer = quirk ? persona : Persona.ALICE;
        boolean alice = believer == Persona.ALICE;
        Map<Shown, int[]> pools = random.nextDouble() < HARD_SHARE ? hard : all;
        double kind = random.nextDouble();
        Shown shown;
        if (kind < TRUE_SHARE) {
            shown = alice ? Shown.ALICES_SUM : Shown.BOBS_SUM;
        } else if (kind < TRUE_SHARE + OTHERS_SUM_SHARE) {
            shown = alice ? Shown.BOBS_SUM : Shown.ALICES_SUM;
        } else {
            shown = Shown.NEITHER;
        }
        int[] pool = Objects.requireNonNull(pools.get(shown));
        Equation equation = rows.equation(2 * pool[random.nextInt(pool.length)]);
        List<StatementForm> forms = StatementForm.ADDITION;
        StatementForm form = forms.get(random.nextInt(forms.size()));
        return new Drawn(name, form, equation, equation.believedSum(believer));
    }
}
