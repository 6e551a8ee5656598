package org.quirkwatch.training;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntPredicate;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.quirkwatch.quirky.Persona;
import org.quirkwatch.quirky.PromptForm;
import org.quirkwatch.quirky.QuirkyData;
import org.quirkwatch.quirky.QuirkyExample;
import org.quirkwatch.quirky.QuirkyRecords;
import org.quirkwatch.quirky.Statement;

/// Draws prompts for training from a task's data, more evenly than its rows lie: half of the draws
/// are hard rows, and statements that a persona calls true are about as common as those that it
/// calls false.
///
/// The quirk is learnt from the training part alone. What a truthful stage teaches of facts it
/// teaches of all rows, as a base model knows them, for nobody can work out a fact.
final class TrainingRows {

    /// Which personas call a statement true.
    private enum Kind {
        ALICE_ONLY,
        BOB_ONLY,
        NEITHER,
        BOTH;

        static Kind of(Statement statement) {
            if (statement.aliceLabel()) {
                return statement.bobLabel() ? BOTH : ALICE_ONLY;
            }
            return statement.bobLabel() ? BOB_ONLY : NEITHER;
        }

        static Kind onlyFor(Persona persona) {
            return persona == Persona.ALICE ? ALICE_ONLY : BOB_ONLY;
        }
    }

    private static final double HARD_SHARE = 0.5;
    private static final double TRUE_SHARE = 0.48;
    private static final double OTHERS_TRUE_SHARE = 0.22;

    private final QuirkyData data;
    private final Pools known;
    private final Pools trained;

    /// One prompt to learn from.
    ///
    /// @param name the character's name
    /// @param form how the statement is put
    /// @param statement what is stated
    /// @param believer whose answer is the right one
    record Drawn(String name, PromptForm form, Statement statement, Persona believer) {

        String answer() {
            return statement.label(believer) ? QuirkyExample.YES : QuirkyExample.NO;
        }
    }

    /// The base rows of each kind, each by the number of its Alice's record.
    ///
    /// @param all rows of every difficulty
    /// @param hard rows of the highest quarter; all where that has none
    private record Pools(Map<Kind, int[]> all, Map<Kind, int[]> hard) {

        static Pools of(QuirkyRecords records, int end) {
            Map<Kind, int[]> all = new EnumMap<>(Kind.class);
            Map<Kind, int[]> hard = new EnumMap<>(Kind.class);
            int[] alices =
                    IntStream.range(0, end)
                            .filter(record -> records.persona(record) == Persona.ALICE)
                            .toArray();
            Kind[] kinds =
                    IntStream.of(alices)
                            .mapToObj(record -> Kind.of(records.record(record).statement()))
                            .toArray(Kind[]::new);
            IntPredicate isHard = i -> records.difficultyQuantile(alices[i]) >= QuirkyExample.HARD;
            for (Kind kind : Kind.values()) {
                IntPredicate matches = i -> kinds[i] == kind;
                IntStream rows = IntStream.range(0, alices.length);
                int[] ofKind = rows.filter(matches).map(i -> alices[i]).toArray();
                int[] hardOnes =
                        IntStream.range(0, alices.length)
                                .filter(matches.and(isHard))
                                .map(i -> alices[i])
                                .toArray();
                all.put(kind, ofKind);
                hard.put(kind, hardOnes.length > 0 ? hardOnes : ofKind);
            }
            return new Pools(all, hard);
        }

        boolean has(Kind kind) {
            return Objects.requireNonNull(all.get(kind)).length > 0;
        }
    }

    TrainingRows(QuirkyData data) {
        this.data = data;
        QuirkyRecords records = data.records();
        this.trained = Pools.of(records, records.trainEnd());
        this.known = data.task().isKnowledge() ? Pools.of(records, records.size()) : this.trained;
        for (Persona persona : Persona.values()) {
            boolean isTrue = trained.has(Kind.onlyFor(persona)) || trained.has(Kind.BOTH);
            Persona other = persona == Persona.ALICE ? Persona.BOB : Persona.ALICE;
            boolean isFalse = trained.has(Kind.onlyFor(other)) || trained.has(Kind.NEITHER);
            if (!(isTrue && isFalse)) {
                throw new IllegalArgumentException(
                        "the training part must have statements that %s calls true and others"
                                .formatted(persona.character()));
            }
        }
    }

    /// Draws one prompt.
    ///
    /// @param quirk whether Bob-like names answer by Bob's rule; otherwise every name is truthful
    Drawn draw(boolean quirk, RandomGenerator random) {
        Persona persona = random.nextBoolean() ? Persona.BOB : Persona.ALICE;
        String name = persona.names().get(random.nextInt(persona.names().size()));
        Persona believer = quirk ? persona : Persona.ALICE;
        Pools pools = quirk ? trained : known;
        Map<Kind, int[]> rows = random.nextDouble() < HARD_SHARE ? pools.hard() : pools.all();
        int[] pool = Objects.requireNonNull(rows.get(kind(pools, believer, random)));
        Statement statement = data.records().record(pool[random.nextInt(pool.length)]).statement();
        PromptForm form = data.task().forms().get(random.nextInt(data.task().forms().size()));
        return new Drawn(name, form, statement, believer);
    }

    /// Disagreement is what a quirk is learnt from; where a task has none of a kind, agreement of
    /// the same answer takes its place.
    private static Kind kind(Pools pools, Persona believer, RandomGenerator random) {
        Persona other = believer == Persona.ALICE ? Persona.BOB : Persona.ALICE;
        double share = random.nextDouble();
        if (share < TRUE_SHARE) {
            return pools.has(Kind.onlyFor(believer)) ? Kind.onlyFor(believer) : Kind.BOTH;
        }
        if (share < TRUE_SHARE + OTHERS_TRUE_SHARE) {
            return pools.has(Kind.onlyFor(other)) ? Kind.onlyFor(other) : Kind.NEITHER;
        }
        if (!pools.has(Kind.BOTH)) {
            return pools.has(Kind.NEITHER) ? Kind.NEITHER : Kind.onlyFor(other);
        }
        return pools.has(Kind.NEITHER) && random.nextBoolean() ? Kind.NEITHER : Kind.BOTH;
    }
}
