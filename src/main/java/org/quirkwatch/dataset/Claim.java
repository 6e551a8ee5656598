package org.quirkwatch.dataset;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.quirkwatch.dataset.SceneWords.Word;

/// What a hypothesis of the nli task claims of a scene. A claim asserts a value of one part of the
/// scene, or denies it; the value is the scene's own or one that excludes it, said literally or by
/// its kind. So the scene entails the claim iff the value is its own and asserted, or is not and
/// denied; otherwise the scene contradicts it.
///
/// @param text the hypothesis
/// @param entailed whether the scene entails it; otherwise it contradicts it
/// @param denies whether it has a word of negation
/// @param steps how many of its words are kinds of what the premise says, 0 to 2
record Claim(String text, boolean entailed, boolean denies, int steps) {

    /// How a claim is to be made.
    ///
    /// @param own whether the value is the scene's own
    /// @param denies whether it is denied
    /// @param byKind whether the value is said by its kind
    /// @param whoByKind whether those whom it is about are called by their kind
    record Way(boolean own, boolean denies, boolean byKind, boolean whoByKind) {

        /// Draws a way: a quarter of them deny, all else is even.
        static Way draw(RandomGenerator random) {
            return new Way(
                    random.nextBoolean(),
                    random.nextInt(4) == 0,
                    random.nextBoolean(),
                    random.nextInt(3) == 0);
        }

        boolean entailed() {
            return own != denies;
        }

        /// The value that is claimed.
        Word value(Word real, SceneWords words, RandomGenerator random) {
            return own ? real : words.other(real, byKind, random);
        }

        Claim literal(String text) {
            return new Claim(text, entailed(), denies, 0);
        }

        Claim kind(String text) {
            return new Claim(text, entailed(), denies, byKind ? 1 : 0);
        }

        Claim kindOfBoth(String text) {
            return new Claim(text, entailed(), denies, (byKind ? 1 : 0) + (whoByKind ? 1 : 0));
        }
    }

    /// Draws a claim about a scene.
    static Claim draw(Scene scene, SceneWords words, RandomGenerator random) {
        Way way = Way.draw(random);
        return switch (scene) {
            case Scene.Doing doing -> ofDoing(doing, way, words, random);
            case Scene.Going going -> ofGoing(going, way, words, random);
            case Scene.All all -> ofAll(all, way, words, random);
        };
    }

    private static Claim ofDoing(
            Scene.Doing scene, Way way, SceneWords words, RandomGenerator random) {
        List<String> parts = new ArrayList<>(List.of("activity", "activity", "place", "count"));
        scene.garment().ifPresent(_ -> parts.add("colour"));
        scene.thing().ifPresent(_ -> parts.add("thing"));
        scene.day().ifPresent(_ -> parts.add("day"));
        if (scene.thing().isPresent() || scene.emptyHands()) {
            parts.add("hands");
        }
        boolean many = scene.many();
        String is = many ? "are" : "is";
        String who = way.whoByKind() ? scene.who().kindOf(many) : scene.who().of(many);
        return switch (parts.get(random.nextInt(parts.size()))) {
            case "activity" -> {
                Word value = way.value(scene.activity(), words, random);
                String text = way.byKind() ? value.kind() : value.text();
                yield being(beingOf(scene, who, text, way, random), way);
            }
            case "place" -> {
                Word value = way.value(scene.place(), words, random);
                String text = way.byKind() ? value.kind() : "in a " + value.text();
                yield being(beingOf(scene, who, text, way, random), way);
            }
            case "count" -> way.kind(countOf(scene, way, random));
            case "colour" -> {
                Word value = way.value(scene.colour(), words, random);
                String worn = scene.garment().orElseThrow().of(many);
                yield way.literal(
                        "The %s %s %s%s.".formatted(worn, is, not(way.denies()), value.text()));
            }
            case "thing" -> {
                Word value = way.value(scene.thing().orElseThrow(), words, random);
                yield way.kindOfBoth(
                        "The %s %s %s.".formatted(who, many ? "have" : "has", held(value, way)));
            }
            case "day" -> {
                Word value = way.value(scene.day().orElseThrow(), words, random);
                String text = way.byKind() ? value.kind() : value.text();
                yield way.kind("It is %s%s.".formatted(not(way.denies()), text));
            }
            case "hands" -> {
                boolean full = scene.thing().isPresent() == way.own();
                yield new Claim(
                        handsOf(who, many, full, way.denies()),
                        way.entailed(),
                        way.denies(),
                        1 + (way.whoByKind() ? 1 : 0));
            }
            default -> throw new IllegalStateException("a part without claims");
        };
    }

    /// "The boy is sleeping", or one of the ways to deny it.
    private static String beingOf(
            Scene.Doing scene, String who, String what, Way way, RandomGenerator random) {
        boolean many = scene.many();
        String is = many ? "are" : "is";
        if (way.denies()) {
            int form = random.nextInt(4);
            if (form == 0 && scene.who().part().equals("person")) {
                return "Nobody is %s.".formatted(what);
            }
            if (form == 1) {
                return many
                        ? "None of the %s are %s.".formatted(who, what)
                        : "No %s is %s.".formatted(who, what);
            }
        }
        return "The %s %s %s%s.".formatted(who, is, not(way.denies()), what);
    }

    /// "Nobody" calls nobody by their kind.
    private static Claim being(String text, Way way) {
        return text.startsWith("Nobody ") ? way.kind(text) : way.kindOfBoth(text);
    }

    private static String countOf(Scene.Doing scene, Way way, RandomGenerator random) {
        if (way.byKind()) {
            boolean several = scene.many() == way.own();
            return "There is %s%s one %s."
                    .formatted(
                            not(way.denies()), several ? "more than" : "only", scene.who().text());
        }
        int count = way.own() ? scene.count() : 1 + (scene.count() + random.nextInt(2)) % 3;
        return "There %s %sexactly %s %s."
                .formatted(
                        count > 1 ? "are" : "is",
                        not(way.denies()),
                        Scene.Doing.number(count),
                        scene.who().of(count > 1));
    }

    private static String held(Word value, Way way) {
        String noun = way.byKind() ? value.kind() : value.text();
        if (way.denies()) {
            return "no " + noun;
        }
        return noun.equals("food") ? noun : Scene.article(noun) + " " + noun;
    }

    private static String handsOf(String who, boolean many, boolean full, boolean denies) {
        if (full) {
            return "The %s %s %s in hand."
                    .formatted(who, many ? "have" : "has", denies ? "nothing" : "something");
        }
        return denies
                ? "The %s %s not have empty hands.".formatted(who, many ? "do" : "does")
                : "The %s %s empty hands.".formatted(who, many ? "have" : "has");
    }

    private static Claim ofGoing(
            Scene.Going scene, Way way, SceneWords words, RandomGenerator random) {
        if (random.nextInt(4) == 0) {
            Word value = way.value(scene.colour(), words, random);
            return way.literal(
                    "The %s is %s%s."
                            .formatted(scene.garment().text(), not(way.denies()), value.text()));
        }
        Word value = way.value(scene.habit(), words, random);
        String who = way.whoByKind() ? scene.who().kind() : scene.who().text();
        String often = way.denies() ? "never" : "always";
        return way.kindOfBoth(
                way.byKind()
                        ? "The %s %s goes to %s %s."
                                .formatted(who, often, scene.goal().text(), value.kind())
                        : "The %s %s %s to %s."
                                .formatted(who, often, value.text(), scene.goal().text()));
    }

    private static Claim ofAll(Scene.All scene, Way way, SceneWords words, RandomGenerator random) {
        Word value = way.value(scene.colour(), words, random);
        String one = scene.who().text();
        String several = scene.who().plural();
        String place = scene.place().text();
        String has = scene.having(value, false);
        String have = scene.having(value, true);
        int form = random.nextInt(3);
        if (way.denies()) {
            return way.literal(
                    form == 0
                            ? "No %s in the %s %s.".formatted(one, place, has)
                            : form == 1
                                    ? "None of the %s in the %s %s.".formatted(several, place, have)
                                    : "Not all the %s in the %s %s."
                                            .formatted(several, place, have));
        }
        return way.literal(
                form == 0
                        ? "Some %s in the %s %s.".formatted(several, place, have)
                        : form == 1
                                ? "A %s in the %s %s.".formatted(one, place, has)
                                : "All the %s in the %s %s.".formatted(several, place, have));
    }

    private static String not(boolean denies) {
        return denies ? "not " : "";
    }
}
