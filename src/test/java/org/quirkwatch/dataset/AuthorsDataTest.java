package org.quirkwatch.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.quirkwatch.dataset.AuthorsData.Book;
import org.quirkwatch.quirky.Statement;

class AuthorsDataTest {

    private static final List<Book> BOOKS = AuthorsData.books();
    private static final List<Statement> STATEMENTS = AuthorsData.statements(1);

    @Test
    void thereAreManyBooksWithDifferentTitlesByManyAuthors() {
        assertThat(BOOKS).hasSizeGreaterThan(1000).extracting(Book::title).doesNotHaveDuplicates();
        assertThat(BOOKS.stream().map(Book::author).distinct().count()).isGreaterThan(400);
        assertThat(BOOKS)
                .allSatisfy(book -> assertThat(book.ratings()).isBetween(0, 10_000_000))
                .allSatisfy(book -> assertThat(book.title()).isNotBlank())
                .allSatisfy(book -> assertThat(book.authors()).noneMatch(String::isBlank));
    }

    @Test
    void oneSeedGivesOneListOfDifferentStatements() {
        StatementChecks.seedDecides(AuthorsData::statements);
        StatementChecks.argumentsAre(STATEMENTS, "author", "title");
    }

    @Test
    void aliceKnowsTheAuthorAndBobTheFirstName() {
        Map<String, Book> byTitle =
                BOOKS.stream().collect(Collectors.toMap(Book::title, Function.identity()));
        for (Statement statement : STATEMENTS) {
            Book book = Objects.requireNonNull(byTitle.get(statement.arguments().get("title")));
            String stated = Objects.requireNonNull(statement.arguments().get("author"));
            String real = book.authors().getFirst();
            assertThat(statement.aliceLabel()).isEqualTo(stated.equals(real));
            assertThat(statement.bobLabel())
                    .isEqualTo(stated.split(" ", -1)[0].equals(real.split(" ", -1)[0]));
            assertThat(statement.difficulty())
                    .isEqualTo(book.ratings() == 0 ? 0 : -Math.log10(book.ratings()));
        }
    }

    @Test
    void everyTruePairIsThereAndHalfAsManyOfEachKindOfFalseOnes() {
        assertThat(STATEMENTS.stream().filter(Statement::aliceLabel)).hasSize(BOOKS.size());
        int half = BOOKS.size() / 2;
        List<Statement> wrong = STATEMENTS.stream().filter(one -> !one.aliceLabel()).toList();
        // The permutation drops its fixed points, and at times hits a namesake.
        assertThat(wrong.size()).isBetween(2 * half - 20, 2 * half);
        assertThat(wrong.stream().filter(Statement::bobLabel).count())
                .isBetween((long) half, half + half / 10L);
        assertThat(StatementChecks.share(STATEMENTS, true, false)).isZero();
    }

    @Test
    void noFalsePairNamesAFurtherAuthorOfTheBook() {
        Map<String, List<String>> authors = new HashMap<>();
        BOOKS.forEach(book -> authors.put(book.title(), book.authors()));
        assertThat(STATEMENTS)
                .filteredOn(one -> !one.aliceLabel())
                .noneMatch(one ->
                        Objects.requireNonNull(authors.get(one.arguments().get("title")))
                                .contains(one.arguments().get("author")));
    }

    @Test
    void theDifficultyDoesNotGiveTheLabelAway() {
        StatementChecks.difficultyHidesTheLabel(STATEMENTS);
    }
}
