package org.quirkwatch.dataset;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.quirkwatch.quirky.Statement;

/// The nli task: does a premise imply a hypothesis, or contradict it? The premise tells a scene and
/// the hypothesis makes a claim of it that the scene entails or contradicts (`Claim` has the rule).
/// Alice says what holds; Bob says "implies" iff the hypothesis has no word of negation.
///
/// As in the method, rows are undersampled: all whose hypothesis has a word of negation, and twice
/// as many without. Both look for the words after lower-casing; the method's undersampling does
/// not, its Bob does.
///
/// The difficulty is the number of the hypothesis' words that are kinds of what the premise says
/// ("child" for "boy"), plus a tenth for every fact of the premise. Neither label nor negation has
/// a part in it.
public final class NliData {

    /// What makes a hypothesis a negated one, as a token between white space.
    static final Set<String> NEGATIONS = Set.of("not", "nobody", "no", "never", "nothing", "none");

    /// How many different pairs are drawn before the undersampling.
    private static final int POOL = 22_000;

    private NliData() {}

    /// Whether a hypothesis has a word of negation.
    static boolean negated(String hypothesis) {
        for (String token : hypothesis.toLowerCase(Locale.ROOT).split("\\s+", -1)) {
            if (NEGATIONS.contains(token)) {
                return true;
            }
        }
        return false;
    }

    /// The statements of the task, with the arguments `premise` and `hypothesis`.
    ///
    /// @param seed decides which
    /// @return about half of them entailed, a third of them negated, shuffled, different by their
    ///   arguments
    public static List<Statement> statements(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Statement> pool = pool(random.split());
        List<Statement> negated = new ArrayList<>();
        List<Statement> plain = new ArrayList<>();
        for (Statement statement : pool) {
            (statement.bobLabel() ? plain : negated).add(statement);
        }
        List<Statement> kept = new ArrayList<>(negated);
        kept.addAll(plain.subList(0, Math.min(plain.size(), 2 * negated.size())));
        Collections.shuffle(kept, random.split());
        return List.copyOf(kept);
    }

    private static List<Statement> pool(SplittableRandom random) {
        SceneWords words = SceneWords.bundled();
        List<Statement> pool = new ArrayList<>();
        Set<Map<String, String>> seen = new HashSet<>();
        while (pool.size() < POOL) {
            Scene scene =
                    switch (random.nextInt(6)) {
                        case 0 -> Scene.Going.draw(words, random);
                        case 1 -> Scene.All.draw(words, random);
                        default -> Scene.Doing.draw(words, random);
                    };
            Claim claim = Claim.draw(scene, words, random);
            Map<String, String> arguments = new LinkedHashMap<>();
            arguments.put("premise", scene.premise());
            arguments.put("hypothesis", claim.text());
            if (seen.add(arguments)) {
                pool.add(
                        new Statement(
                                arguments,
                                claim.entailed(),
                                !negated(claim.text()),
                                claim.steps() + scene.facts() / 10.0));
            }
        }
        return pool;
    }
}
