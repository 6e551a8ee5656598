package org.quirkwatch.signal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

class SignalReaderTest {

    private static final SignalLimits LIMITS = new SignalLimits(100, 10, 50, 10, 3, 40);
    private static final String GOOD = "{\"id\": \"%s\", \"prompt\": \"p\", \"label\": \"l\"}";

    @Test
    void numbersLinesAndSkipsBlankOnes() {
        List<SignalLine> lines =
                read("\n" + GOOD.formatted("a") + "\r\n \t\r\n" + GOOD.formatted("b"));

        assertThat(lines).extracting(SignalLine::number).containsExactly(2L, 4L);
        assertThat(lines).allMatch(SignalLine.Valid.class::isInstance);
    }

    @Test
    void skipsLinesWithoutLookingAtThemAndKeepsTheirNumbers() {
        String text = "{oops\n\n" + GOOD.formatted("c") + "\n" + GOOD.formatted("d");
        for (int last : new int[] {0, 1, 2}) {
            try (SignalReader reader = reader(new ByteArrayInputStream(text.getBytes(UTF_8)))) {
                reader.skip(last);
                assertThat(reader.next().number()).isEqualTo(last == 0 ? 1 : 3);
            }
        }
        try (SignalReader reader = reader(new ByteArrayInputStream(text.getBytes(UTF_8)))) {
            reader.skip(99);
            assertThat(reader.hasNext()).isFalse();
        }
    }

    @Test
    void aBadLineDoesNotEndTheRest() {
        List<SignalLine> lines =
                read(String.join("\n", GOOD.formatted("a"), "{oops", "{}", GOOD.formatted("b")));

        assertThat(lines)
                .extracting(SignalReaderTest::outcome)
                .containsExactly("a", "malformed-json", "invalid-signal", "b");
    }

    @Test
    void aPlaceIsThatInTheWholeStream() {
        List<SignalLine> lines =
                read("\n" + GOOD.formatted("a") + "\r\n\n{\"id\": 1,}\n{\r\"id\" 1}");

        assertThat(lines)
                .filteredOn(SignalLine.Invalid.class::isInstance)
                .extracting(line -> ((SignalLine.Invalid) line).problem().detail())
                .containsExactly(
                        "line 4, column 10: unexpected \"}\"",
                        "line 5, column 8: unexpected \"1\"");
    }

    @Test
    void aLineOverTheLimitIsAnsweredWithItsLengthAndNotKept() {
        // Longer than the reader's buffer, so that it comes in several pieces.
        List<SignalLine> lines =
                read("x".repeat(300_000) + "\n" + GOOD.formatted("b") + "\n" + " ".repeat(101));

        assertThat(lines)
                .extracting(SignalReaderTest::outcome)
                .containsExactly("payload-too-large", "b", "payload-too-large");
        assertThat(((SignalLine.Invalid) lines.getFirst()).problem().detail())
                .isEqualTo("the line has 300000 bytes, at most 100");
    }

    @Test
    void readsTheSameWhateverPiecesTheStreamComesIn() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 3_000; i++) {
            text.append(GOOD.formatted("s" + i)).append(i % 7 == 0 ? "\n\n" : "\n");
        }
        byte[] bytes = text.toString().getBytes(UTF_8);
        InputStream dripping =
                new ByteArrayInputStream(bytes) {
                    @Override
                    public synchronized int read(byte[] target, int offset, int length) {
                        return super.read(target, offset, Math.min(length, 17));
                    }
                };

        assertThat(all(dripping)).isEqualTo(all(new ByteArrayInputStream(bytes))).hasSize(3_000);
    }

    @Test
    void anEmptyStreamHasNoLines() {
        assertThat(read("")).isEmpty();
        assertThat(read("\n\n  \n")).isEmpty();
        SignalReader reader = reader(new ByteArrayInputStream(new byte[0]));
        assertThatThrownBy(reader::next).isInstanceOf(NoSuchElementException.class);
    }

    @Test
    void saysWhichStreamCannotBeRead() {
        InputStream broken =
                new InputStream() {
                    @Override
                    public int read() throws IOException {
                        throw new IOException("the disk is on fire");
                    }

                    @Override
                    public int read(byte[] target, int offset, int length) throws IOException {
                        return read();
                    }
                };

        assertThatThrownBy(() -> reader(broken).hasNext())
                .isInstanceOfSatisfying(
                        Problem.class,
                        problem -> {
                            assertThat(problem.code()).isEqualTo(ProblemCode.INVALID_FILE);
                            assertThat(problem.detail())
                                    .isEqualTo("rows.jsonl cannot be read after line 0");
                        });
    }

    private static List<SignalLine> read(String text) {
        return all(new ByteArrayInputStream(text.getBytes(UTF_8)));
    }

    private static List<SignalLine> all(InputStream in) {
        List<SignalLine> result = new ArrayList<>();
        try (SignalReader reader = reader(in)) {
            reader.forEachRemaining(result::add);
        }
        return result;
    }

    private static SignalReader reader(InputStream in) {
        return new SignalReader(
                in, "rows.jsonl", new SignalParser(LIMITS, LabelRule.REQUIRED, () -> "none"));
    }

    private static String outcome(SignalLine line) {
        return switch (line) {
            case SignalLine.Valid valid -> valid.signal().id();
            case SignalLine.Invalid invalid -> invalid.problem().code().code();
        };
    }
}
