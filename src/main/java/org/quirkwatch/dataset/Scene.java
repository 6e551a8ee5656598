package org.quirkwatch.dataset;

import java.util.Optional;
import java.util.random.RandomGenerator;
import org.quirkwatch.dataset.SceneWords.Word;

/// What a premise of the nli task tells. A premise tells all that there is to see: whoever it does
/// not name is not there, and nobody has more in their hands than it says.
sealed interface Scene {

    /// The sentence that tells the scene.
    String premise();

    /// How many facts the premise holds.
    int facts();

    /// Some beings do something somewhere.
    ///
    /// @param who a person or an animal
    /// @param count how many of them, 1 to 3
    /// @param garment what persons wear
    /// @param colour its colour
    /// @param activity what they do
    /// @param place where
    /// @param thing what each person has in the hands
    /// @param emptyHands whether the premise says that they have nothing in the hands
    /// @param day on which day
    record Doing(
            Word who,
            int count,
            Optional<Word> garment,
            Word colour,
            Word activity,
            Word place,
            Optional<Word> thing,
            boolean emptyHands,
            Optional<Word> day)
            implements Scene {

        private static final String[] COUNTS = {"", "one", "two", "three"};

        /// Draws a scene.
        static Doing draw(SceneWords words, RandomGenerator random) {
            boolean person = random.nextInt(4) > 0;
            int hands = person ? random.nextInt(6) : 0;
            return new Doing(
                    words.any(person ? "person" : "animal", random),
                    1 + random.nextInt(3),
                    person && random.nextInt(3) > 0
                            ? Optional.of(words.any("garment", random))
                            : Optional.empty(),
                    words.any("colour", random),
                    words.any("activity", random),
                    words.any("place", random),
                    hands >= 4 ? Optional.of(words.any("thing", random)) : Optional.empty(),
                    hands == 3,
                    random.nextInt(2) == 0
                            ? Optional.of(words.any("day", random))
                            : Optional.empty());
        }

        boolean many() {
            return count > 1;
        }

        /// "one", "two" or "three".
        static String number(int count) {
            return COUNTS[count];
        }

        @Override
        public String premise() {
            StringBuilder text = new StringBuilder();
            text.append(count == 1 ? "A" : count == 2 ? "Two" : "Three");
            text.append(' ').append(who.of(many()));
            garment.ifPresent(worn ->
                    text.append(many() ? " in " : " in a ")
                            .append(colour.text())
                            .append(' ')
                            .append(worn.of(many())));
            text.append(many() ? " are " : " is ").append(activity.text());
            text.append(" in a ").append(place.text());
            thing.ifPresent(held ->
                    text.append(many() ? " with " : " with " + article(held.text()) + " ")
                            .append(held.of(many())));
            if (emptyHands) {
                text.append(" with empty hands");
            }
            day.ifPresent(when -> text.append(" on ").append(when.text()));
            return text.append('.').toString();
        }

        @Override
        public int facts() {
            return 3
                    + (garment.isPresent() ? 1 : 0)
                    + (thing.isPresent() || emptyHands ? 1 : 0)
                    + (day.isPresent() ? 1 : 0);
        }
    }

    /// Somebody always goes somewhere in the same way.
    ///
    /// @param who a person
    /// @param garment what the person wears
    /// @param colour its colour
    /// @param habit how the person goes
    /// @param goal where to
    record Going(Word who, Word garment, Word colour, Word habit, Word goal) implements Scene {

        /// Draws a scene.
        static Going draw(SceneWords words, RandomGenerator random) {
            return new Going(
                    words.any("person", random),
                    words.any("garment", random),
                    words.any("colour", random),
                    words.any("habit", random),
                    words.any("goal", random));
        }

        @Override
        public String premise() {
            return "The %s in the %s %s always %s to %s."
                    .formatted(
                            who.text(), colour.text(), garment.text(), habit.text(), goal.text());
        }

        @Override
        public int facts() {
            return 3;
        }
    }

    /// All of some beings in a place wear the same colour, or have it.
    ///
    /// @param who a person or an animal
    /// @param garment what persons wear; for animals, empty: the colour is their own
    /// @param colour the colour
    /// @param place where
    /// @param every whether the premise says "every" and not "all"
    record All(Word who, Optional<Word> garment, Word colour, Word place, boolean every)
            implements Scene {

        /// Draws a scene.
        static All draw(SceneWords words, RandomGenerator random) {
            boolean person = random.nextBoolean();
            return new All(
                    words.any(person ? "person" : "animal", random),
                    person ? Optional.of(words.any("garment", random)) : Optional.empty(),
                    words.any("colour", random),
                    words.any("place", random),
                    random.nextBoolean());
        }

        /// "is black" or "has a black hat", in the singular or the plural.
        String having(Word which, boolean many) {
            return garment.map(worn ->
                            (many ? "have " : "has a ") + which.text() + " " + worn.of(many))
                    .orElse((many ? "are " : "is ") + which.text());
        }

        @Override
        public String premise() {
            return every
                    ? "Every %s in the %s %s."
                            .formatted(who.text(), place.text(), having(colour, false))
                    : "All the %s in the %s %s."
                            .formatted(who.plural(), place.text(), having(colour, true));
        }

        @Override
        public int facts() {
            return 3;
        }
    }

    /// "a" or "an".
    static String article(String noun) {
        return "aeiou".indexOf(noun.charAt(0)) >= 0 ? "an" : "a";
    }
}
