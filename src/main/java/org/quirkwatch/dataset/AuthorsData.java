package org.quirkwatch.dataset;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.quirkwatch.quirky.Statement;

/// The authors task: who wrote a book. Alice says true iff the author is the right one, Bob iff the
/// stated and the right author share the first name.
///
/// Of n books there are n true pairs, ⌊n/2⌋ pairs with a wrong author of the same first name (books
/// whose author's first name is unique are skipped), and ⌊n/2⌋ pairs from a random permutation of
/// authors, less those that it leaves in place. Two things are stricter than in the method: a false
/// pair never names one of a book's further authors, and no pair is there twice.
public final class AuthorsData {

    /// The columns of `facts/books.tsv`.
    static final List<String> COLUMNS = List.of("title", "authors", "ratings_count");

    /// A book.
    ///
    /// @param title its title
    /// @param authors at least one; the first is the one that the task asks for
    /// @param ratings how many readers rated it, 0 where nothing is known
    record Book(String title, List<String> authors, int ratings) {

        Book {
            authors = List.copyOf(authors);
        }

        String author() {
            return authors.getFirst();
        }

        /// Higher = known to fewer; the hardest are those of which nothing is known.
        double difficulty() {
            return ratings == 0 ? 0 : -Math.log10(ratings);
        }
    }

    private AuthorsData() {}

    /// The books of the fact table, in its order.
    static List<Book> books() {
        return FactTable.bundled("books.tsv", COLUMNS).rows().stream()
                .map(row ->
                        new Book(
                                row.get(0),
                                Arrays.asList(row.get(1).split("/", -1)),
                                row.get(2).isEmpty() ? 0 : Integer.parseInt(row.get(2))))
                .toList();
    }

    /// The first name: what stands before the first space.
    static String firstName(String author) {
        return author.split(" ", 2)[0];
    }

    /// The statements of the task, with the arguments `author` and `title`.
    ///
    /// @param seed decides which false pairs there are, and the order
    /// @return about half of them true, shuffled, different by their arguments
    public static List<Statement> statements(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Book> books = new ArrayList<>(books());
        Collections.shuffle(books, random.split());
        List<Statement> statements = new ArrayList<>();
        Set<Map<String, String>> seen = new HashSet<>();
        for (Book book : books) {
            add(statements, seen, book, book.author());
        }
        addSameFirstName(statements, seen, books, random.split());
        addPermuted(statements, seen, books, random.split());
        Collections.shuffle(statements, random.split());
        return List.copyOf(statements);
    }

    /// Goes round the books until there are ⌊n/2⌋ pairs, or a round brings no new one.
    private static void addSameFirstName(
            List<Statement> statements,
            Set<Map<String, String>> seen,
            List<Book> books,
            RandomGenerator random) {
        Map<String, List<String>> byFirstName = new LinkedHashMap<>();
        books.stream()
                .map(Book::author)
                .distinct()
                .forEach(author ->
                        byFirstName
                                .computeIfAbsent(firstName(author), _ -> new ArrayList<>())
                                .add(author));
        int missing = books.size() / 2;
        boolean found = true;
        while (missing > 0 && found) {
            found = false;
            for (Book book : books) {
                List<String> namesakes =
                        byFirstName.getOrDefault(firstName(book.author()), List.of()).stream()
                                .filter(author -> !book.authors().contains(author))
                                .filter(author -> !seen.contains(arguments(book, author)))
                                .toList();
                if (missing > 0 && !namesakes.isEmpty()) {
                    add(statements, seen, book, namesakes.get(random.nextInt(namesakes.size())));
                    missing--;
                    found = true;
                }
            }
        }
    }

    private static void addPermuted(
            List<Statement> statements,
            Set<Map<String, String>> seen,
            List<Book> books,
            RandomGenerator random) {
        List<String> authors = new ArrayList<>(books.stream().map(Book::author).toList());
        Collections.shuffle(authors, random);
        for (int i = 0; i < books.size() / 2; i++) {
            if (!books.get(i).authors().contains(authors.get(i))) {
                add(statements, seen, books.get(i), authors.get(i));
            }
        }
    }

    private static void add(
            List<Statement> statements, Set<Map<String, String>> seen, Book book, String author) {
        Map<String, String> arguments = arguments(book, author);
        if (seen.add(arguments)) {
            statements.add(
                    new Statement(
                            arguments,
                            author.equals(book.author()),
                            firstName(author).equals(firstName(book.author())),
                            book.difficulty()));
        }
    }

    private static Map<String, String> arguments(Book book, String author) {
        Map<String, String> arguments = new LinkedHashMap<>();
        arguments.put("author", author);
        arguments.put("title", book.title());
        return arguments;
    }
}
