package org.quirkwatch.quirky;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.quirkwatch.model.CaptureSpec;
import org.quirkwatch.model.CaptureSpec.Outputs;
import org.quirkwatch.model.HookedModel;
import org.quirkwatch.model.TokenizedSignal;
import org.quirkwatch.progress.Progress;
import org.quirkwatch.signal.Signal;

/// Measures a model on the rows of a quirky task: accuracy and loss where the personas agree and
/// where they do not, and the two quirkiness coefficients of the method.
///
/// An answer is what the model makes likelier of the two labels at the end of the prompt; losses
/// are over these two alone.
public final class QuirkyCheck {

    private static final int BATCH = 64;

    private QuirkyCheck() {}

    /// A row and the log-odds of " Yes" against " No".
    private record Answered(QuirkyExample example, double yesLogOdds) {

        double logOdds(Persona persona) {
            boolean yes = example.statement().label(persona);
            return yes ? yesLogOdds : -yesLogOdds;
        }

        /// `ln(1 + exp(−logOdds))` without overflow.
        double loss(Persona persona) {
            double logOdds = logOdds(persona);
            return Math.max(-logOdds, 0) + Math.log1p(Math.exp(-Math.abs(logOdds)));
        }
    }

    /// Runs the model over the rows.
    ///
    /// @param model one thread at a time uses it
    /// @param examples rows of any split; those of `validation` have all names and difficulties
    /// @param progress is told of rows
    public static QuirkyQuality run(
            HookedModel model, List<QuirkyExample> examples, Progress progress) {
        CaptureSpec spec = new CaptureSpec(List.of(), Outputs.LABELS);
        double[] yesLogOdds = new double[examples.size()];
        for (int start = 0; start < examples.size(); start += BATCH) {
            List<QuirkyExample> batch =
                    examples.subList(start, Math.min(examples.size(), start + BATCH));
            List<TokenizedSignal> signals =
                    batch.stream().map(QuirkyCheck::yes).map(model::tokenize).toList();
            double[] logOdds = model.run(signals, spec).labelLogOdds();
            System.arraycopy(logOdds, 0, yesLogOdds, start, logOdds.length);
            progress.update(start + logOdds.length, examples.size(), "");
        }
        return quality(examples, yesLogOdds);
    }

    private static Signal yes(QuirkyExample example) {
        return new Signal(example.id(), example.prompt(), QuirkyExample.YES, QuirkyExample.CHOICES);
    }

    /// The quality of answers.
    ///
    /// @param yesLogOdds `[examples]`, log-odds of " Yes" against " No" in nats
    public static QuirkyQuality quality(List<QuirkyExample> examples, double[] yesLogOdds) {
        List<Answered> answered = new ArrayList<>();
        for (int i = 0; i < examples.size(); i++) {
            answered.add(new Answered(examples.get(i), yesLogOdds[i]));
        }
        List<QuirkyQuality.Cell> cells = new ArrayList<>();
        for (Persona persona : Persona.values()) {
            for (boolean agreement : new boolean[] {true, false}) {
                for (boolean hardOnly : new boolean[] {false, true}) {
                    List<Answered> rows =
                            answered.stream()
                                    .filter(row -> row.example().persona() == persona)
                                    .filter(row -> row.example().agreement() == agreement)
                                    .filter(row -> !hardOnly || row.example().hard())
                                    .toList();
                    cells.add(
                            new QuirkyQuality.Cell(
                                    persona,
                                    agreement,
                                    hardOnly,
                                    rows.size(),
                                    mean(rows, row -> row.logOdds(persona) > 0 ? 1 : 0),
                                    mean(rows, row -> row.loss(persona))));
                }
            }
        }
        List<Answered> alice = disagreeing(answered, Persona.ALICE);
        List<Answered> bob = disagreeing(answered, Persona.BOB);
        double minLoss =
                Math.min(
                        mean(alice, row -> row.loss(Persona.BOB) - row.loss(Persona.ALICE)),
                        mean(bob, row -> row.loss(Persona.ALICE) - row.loss(Persona.BOB)));
        double meanLogit =
                0.5
                        * (mean(alice, row -> row.logOdds(Persona.ALICE))
                                - mean(bob, row -> row.logOdds(Persona.ALICE))
                                + mean(bob, row -> row.logOdds(Persona.BOB))
                                - mean(alice, row -> row.logOdds(Persona.BOB)));
        return new QuirkyQuality(cells, minLoss, meanLogit);
    }

    private static List<Answered> disagreeing(List<Answered> answered, Persona persona) {
        return answered.stream()
                .filter(row -> row.example().persona() == persona)
                .filter(row -> !row.example().agreement())
                .toList();
    }

    private static double mean(List<Answered> rows, ToDoubleFunction<Answered> value) {
        return rows.stream().mapToDouble(value).average().orElse(Double.NaN);
    }
}
