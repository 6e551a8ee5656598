package org.quirkwatch.dataset;

import java.util.List;
import java.util.random.RandomGenerator;

/// The words that the scenes of the nli task are made of, from `facts/scenes.tsv`.
final class SceneWords {

    /// The columns of the table.
    static final List<String> COLUMNS = List.of("part", "word", "plural", "kind", "kind_plural");

    /// A word.
    ///
    /// @param part what it is in a scene, such as `place`
    /// @param text the word as it stands in a sentence
    /// @param plural its plural, or empty
    /// @param kind what it is a kind of, or empty
    /// @param kindPlural the plural of the kind, or empty
    record Word(String part, String text, String plural, String kind, String kindPlural) {

        /// The word, or its plural.
        String of(boolean many) {
            return many ? plural : text;
        }

        /// The kind, or its plural.
        String kindOf(boolean many) {
            return many ? kindPlural : kind;
        }
    }

    private final List<Word> words;

    private SceneWords(List<Word> words) {
        this.words = words;
    }

    /// The words that come with the project.
    static SceneWords bundled() {
        return new SceneWords(
                FactTable.bundled("scenes.tsv", COLUMNS).rows().stream()
                        .map(row ->
                                new Word(
                                        row.get(0), row.get(1), row.get(2), row.get(3), row.get(4)))
                        .toList());
    }

    /// The words of a part, in the table's order.
    List<Word> of(String part) {
        return words.stream().filter(word -> word.part().equals(part)).toList();
    }

    /// One of a part, each as likely as the others.
    Word any(String part, RandomGenerator random) {
        List<Word> some = of(part);
        return some.get(random.nextInt(some.size()));
    }

    /// One of the same part that excludes a word.
    ///
    /// @param word what it must differ from
    /// @param otherKind whether its kind must differ too, where it has one
    Word other(Word word, boolean otherKind, RandomGenerator random) {
        List<Word> some =
                of(word.part()).stream()
                        .filter(other -> !other.text().equals(word.text()))
                        .filter(other ->
                                !otherKind
                                        || word.kind().isEmpty()
                                        || !other.kind().equals(word.kind()))
                        .toList();
        return some.get(random.nextInt(some.size()));
    }
}
