package org.quirkwatch.dataset;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.random.RandomGenerator;

/// Writes the reviews of the sentiment task: a title, and two or three sentences that judge aspects
/// of a product, each with a weight. `facts/products.tsv` and `facts/review-phrases.tsv` hold the
/// words.
final class ReviewGrammar {

    /// The columns of `products.tsv`.
    static final List<String> PRODUCT_COLUMNS = List.of("product", "group", "aspects");

    /// The columns of `review-phrases.tsv`.
    static final List<String> PHRASE_COLUMNS = List.of("role", "group", "polarity", "phrase");

    /// What an aspect begins with that matters most.
    static final String MAIN = "Above all, the ";

    /// What an aspect begins with that matters least.
    static final String MINOR = "A small point: the ";

    /// The weight of a verdict on the whole product.
    static final double VERDICT_WEIGHT = 3;

    /// The weight of an aspect that begins with [#MAIN].
    static final double MAIN_WEIGHT = 2;

    /// The weight of any other aspect, of a hope, and of a title that judges.
    static final double PLAIN_WEIGHT = 1;

    /// The weight of an aspect that begins with [#MINOR].
    static final double MINOR_WEIGHT = 0.5;

    /// A phrase of the grammar.
    ///
    /// @param role judgement, verdict, hope, opener or title
    /// @param group the products that it fits, or `any`
    /// @param polarity 1 speaks well, -1 ill, 0 neither
    /// @param text with `{product}` where the product is named
    record Phrase(String role, String group, int polarity, String text) {}

    /// A product.
    ///
    /// @param name what it is called
    /// @param group which phrases fit it
    /// @param aspects what of it may be judged, at least four
    record Product(String name, String group, List<String> aspects) {

        Product {
            aspects = List.copyOf(aspects);
        }
    }

    /// A review and what its parts weigh.
    ///
    /// @param title the title
    /// @param text two or three sentences
    /// @param praise the sum of the weights of what speaks well, at least 0
    /// @param blame the sum of the weights of what speaks ill, at least 0
    record Review(String title, String text, double praise, double blame) {

        /// By how much praise outweighs blame, negative where blame outweighs.
        double balance() {
            return praise - blame;
        }

        /// The weaker side's share of all weights: from 0, all parts agree, to 1/2.
        double conflict() {
            return Math.min(praise, blame) / (praise + blame);
        }

        /// The words of the text.
        int words() {
            return text.split(" ", -1).length;
        }
    }

    private final List<Product> products;
    private final List<Phrase> phrases;

    private ReviewGrammar(List<Product> products, List<Phrase> phrases) {
        this.products = products;
        this.phrases = phrases;
    }

    /// The grammar that comes with the project.
    static ReviewGrammar bundled() {
        return new ReviewGrammar(
                FactTable.bundled("products.tsv", PRODUCT_COLUMNS).rows().stream()
                        .map(row ->
                                new Product(
                                        row.get(0),
                                        row.get(1),
                                        Arrays.asList(row.get(2).split(",", -1))))
                        .toList(),
                FactTable.bundled("review-phrases.tsv", PHRASE_COLUMNS).rows().stream()
                        .map(row ->
                                new Phrase(
                                        row.get(0), row.get(1), polarity(row.get(2)), row.get(3)))
                        .toList());
    }

    /// All phrases, in the table's order.
    List<Phrase> phrases() {
        return phrases;
    }

    /// All products, in the table's order.
    List<Product> products() {
        return products;
    }

    /// Draws a review that leans to a side; its balance may still be zero, or of the other sign.
    Review draw(boolean positive, RandomGenerator random) {
        Product product = products.get(random.nextInt(products.size()));
        return new Draft(product, positive, random).write();
    }

    private static int polarity(String sign) {
        return switch (sign) {
            case "+" -> 1;
            case "-" -> -1;
            case "0" -> 0;
            default ->
                    throw new IllegalStateException(
                            "polarity must be +, - or 0, got \"%s\"".formatted(sign));
        };
    }

    /// One review while it is written.
    private final class Draft {

        private final Product product;
        private final int side;
        private final RandomGenerator random;
        private final List<String> aspects;
        private final List<Phrase> used = new ArrayList<>();
        private final List<String> sentences = new ArrayList<>();
        private double praise;
        private double blame;

        Draft(Product product, boolean positive, RandomGenerator random) {
            this.product = product;
            this.side = positive ? 1 : -1;
            this.random = random;
            this.aspects = new ArrayList<>(product.aspects());
            Collections.shuffle(aspects, random);
        }

        Review write() {
            boolean titleJudges = random.nextInt(10) < 4;
            String title = said(phrase("title", titleJudges ? side : 0));
            if (titleJudges) {
                weigh(side, PLAIN_WEIGHT);
            }
            boolean opener = random.nextInt(10) < 3;
            boolean verdict = random.nextBoolean();
            if (opener) {
                sentences.add(said(phrase("opener", 0)));
            }
            int judgements = opener && verdict ? 1 : opener || verdict ? 1 + random.nextInt(2) : 2;
            for (int i = 0; i < judgements; i++) {
                sentences.add(judgement());
            }
            if (verdict) {
                weigh(side, VERDICT_WEIGHT);
                sentences.add(said(phrase("verdict", side)));
            }
            return new Review(title, String.join(" ", sentences), praise, blame);
        }

        private String judgement() {
            int polarity = random.nextInt(10) < 7 ? side : -side;
            return switch (random.nextInt(20)) {
                case 0, 1, 2, 3 -> MAIN + aspect(polarity, MAIN_WEIGHT) + ".";
                case 4, 5, 6 -> MINOR + aspect(polarity, MINOR_WEIGHT) + ".";
                case 7, 8, 9 -> {
                    weigh(polarity, PLAIN_WEIGHT);
                    yield said(phrase("hope", polarity))
                            + " the "
                            + aspect(polarity, PLAIN_WEIGHT)
                            + ".";
                }
                case 10, 11, 12, 13 -> {
                    int second = random.nextBoolean() ? polarity : -polarity;
                    yield "The "
                            + aspect(polarity, PLAIN_WEIGHT)
                            + (second == polarity ? " and the " : " but the ")
                            + aspect(second, PLAIN_WEIGHT)
                            + ".";
                }
                default -> "The " + aspect(polarity, PLAIN_WEIGHT) + ".";
            };
        }

        private String aspect(int polarity, double weight) {
            weigh(polarity, weight);
            return aspects.removeLast() + " " + said(phrase("judgement", polarity));
        }

        private void weigh(int polarity, double weight) {
            if (polarity > 0) {
                praise += weight;
            } else {
                blame += weight;
            }
        }

        /// A phrase that fits the product and that the review does not have yet.
        private Phrase phrase(String role, int polarity) {
            List<Phrase> some =
                    phrases.stream()
                            .filter(phrase -> phrase.role().equals(role))
                            .filter(phrase -> phrase.polarity() == polarity)
                            .filter(phrase ->
                                    phrase.group().equals("any")
                                            || phrase.group().equals(product.group()))
                            .filter(phrase -> !used.contains(phrase))
                            .toList();
            Phrase phrase = some.get(random.nextInt(some.size()));
            used.add(phrase);
            return phrase;
        }

        private String said(Phrase phrase) {
            return phrase.text().replace("{product}", product.name());
        }
    }
}
