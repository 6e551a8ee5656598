package org.quirkwatch.web;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.springframework.mock.web.MockHttpServletRequest;

class BoundedBodiesTest {

    private static final int OF_ALL = 200_000;

    private final BoundedBodies bodies = new BoundedBodies(OF_ALL, Duration.ofMinutes(5));

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 1_000, 65_535, 65_536, 65_537, 100_000})
    void readsABodyUpToItsLimitWhetherOrNotItsLengthIsAnnounced(int length) {
        byte[] bytes = bytes(length);
        try (BoundedBodies.Body body = bodies.read(announced(bytes), length)) {
            assertThat(body.bytes()).isEqualTo(bytes);
        }
        try (BoundedBodies.Body body = bodies.read(unannounced(bytes), length)) {
            assertThat(body.bytes()).isEqualTo(bytes);
        }
    }

    @Test
    void readsABodyThatComesInPieces() {
        byte[] bytes = bytes(5_000);
        InputStream pieces =
                new ByteArrayInputStream(bytes) {
                    @Override
                    public synchronized int read(byte[] into, int offset, int length) {
                        return super.read(into, offset, Math.min(length, 7));
                    }
                };
        try (BoundedBodies.Body body = bodies.read(new Sent(bytes.length, pieces), 5_000)) {
            assertThat(body.bytes()).isEqualTo(bytes);
        }
    }

    @Test
    void aBodyThatAnnouncesTooMuchIsRefusedUnread() {
        Problem problem =
                refusal(failing(5_000_000_000L, new IOException("the body was read")), 100);

        assertThat(problem.code()).isEqualTo(ProblemCode.PAYLOAD_TOO_LARGE);
        assertThat(problem.detail())
                .isEqualTo("the body has 5000000000 bytes or more, at most 100");
    }

    @Test
    void aBodyThatAnnouncesNothingIsReadNoFurtherThanItsLimit() throws IOException {
        InputStream endless = new ByteArrayInputStream(bytes(1_000_000));
        Problem problem = refusal(new Sent(-1, endless), 100);

        assertThat(problem.code()).isEqualTo(ProblemCode.PAYLOAD_TOO_LARGE);
        assertThat(problem.detail()).endsWith("at most 100");
        assertThat(endless.available()).isGreaterThan(999_000);
        assertNothingIsHeld();
    }

    @Test
    void aBodyShorterThanAnnouncedIsNotTaken() {
        Problem problem = refusal(new Sent(10, new ByteArrayInputStream(bytes(9))), 100);

        assertThat(problem.code()).isEqualTo(ProblemCode.INVALID_REQUEST);
        assertNothingIsHeld();
    }

    @Test
    void whatIsAnnouncedAndDoesNotComeHoldsNoMoreThanABlock() {
        InputStream observing =
                new InputStream() {
                    private boolean first = true;

                    @Override
                    public int read() {
                        throw new AssertionError("read in blocks");
                    }

                    @Override
                    public int read(byte[] into, int offset, int length) {
                        if (first) {
                            first = false;
                            // The rest of the budget, while this body waits for its bytes.
                            bodies.read(announced(bytes(OF_ALL - (1 << 16))), OF_ALL).close();
                        }
                        return -1;
                    }
                };
        refusal(new Sent(OF_ALL, observing), OF_ALL);
        assertNothingIsHeld();
    }

    @Test
    void allBodiesTogetherStayWithinTheBudgetUntilTheyAreClosed() {
        try (BoundedBodies.Body first = bodies.read(announced(bytes(150_000)), OF_ALL)) {
            assertThat(first.bytes()).hasSize(150_000);
            Problem problem = refusal(announced(bytes(50_001)), OF_ALL);
            assertThat(problem.code()).isEqualTo(ProblemCode.OVERLOADED);
            assertThat(problem.detail())
                    .isEqualTo(
                            "the bodies of other requests fill the 200000 bytes that there are for"
                                    + " all");
            bodies.read(announced(bytes(50_000)), OF_ALL).close();
        }
        assertNothingIsHeld();
    }

    @Test
    void closingTwiceGivesTheShareBackOnce() {
        BoundedBodies.Body body = bodies.read(announced(bytes(1_000)), OF_ALL);
        body.close();
        body.close();
        assertNothingIsHeld();
        assertThat(refusal(announced(bytes(OF_ALL + 1)), OF_ALL + 1).code())
                .isEqualTo(ProblemCode.OVERLOADED);
    }

    @Test
    void aBodyThatTakesTooLongIsGivenUp() {
        InputStream trickle =
                new InputStream() {
                    @Override
                    public int read() {
                        return 'x';
                    }

                    @Override
                    public int read(byte[] into, int offset, int length) throws IOException {
                        try {
                            Thread.sleep(5);
                        } catch (InterruptedException e) {
                            throw new IOException(e);
                        }
                        into[offset] = 'x';
                        return 1;
                    }
                };
        BoundedBodies hasty = new BoundedBodies(1_000, Duration.ofMillis(2));
        Problem problem = refusal(hasty, new Sent(1_000, trickle), 1_000);

        assertThat(problem.code()).isEqualTo(ProblemCode.REQUEST_TIMEOUT);
        assertThat(problem.detail()).isEqualTo("the body did not arrive within 2 ms");
        hasty.read(announced(bytes(1_000)), 1_000).close();
    }

    @Test
    void aReadThatTimesOutOrBreaksOffSaysWhichAndGivesTheShareBack() {
        IOException timeout = new SocketTimeoutException();
        assertThat(refusal(failing(timeout), 100).code()).isEqualTo(ProblemCode.REQUEST_TIMEOUT);
        assertThat(refusal(failing(new IOException("as Tomcat gives it", timeout)), 100).code())
                .isEqualTo(ProblemCode.REQUEST_TIMEOUT);
        assertThat(refusal(failing(new IOException("reset")), 100).code())
                .isEqualTo(ProblemCode.INVALID_REQUEST);
        assertNothingIsHeld();
    }

    private void assertNothingIsHeld() {
        bodies.read(announced(bytes(OF_ALL)), OF_ALL).close();
    }

    private Problem refusal(MockHttpServletRequest request, int maxBytes) {
        return refusal(bodies, request, maxBytes);
    }

    private static Problem refusal(
            BoundedBodies bodies, MockHttpServletRequest request, int maxBytes) {
        return catchThrowableOfType(Problem.class, () -> bodies.read(request, maxBytes).close());
    }

    private static byte[] bytes(int length) {
        return "x".repeat(length).getBytes(UTF_8);
    }

    private static Sent announced(byte[] bytes) {
        return new Sent(bytes.length, new ByteArrayInputStream(bytes));
    }

    private static Sent unannounced(byte[] bytes) {
        return new Sent(-1, new ByteArrayInputStream(bytes));
    }

    private static Sent failing(IOException failure) {
        return failing(50, failure);
    }

    private static Sent failing(long announced, IOException failure) {
        return new Sent(
                announced,
                new InputStream() {
                    @Override
                    public int read() throws IOException {
                        throw failure;
                    }

                    @Override
                    public int read(byte[] into, int offset, int length) throws IOException {
                        throw failure;
                    }
                });
    }

    /// A request with a body whose length need not be what was announced.
    private static final class Sent extends MockHttpServletRequest {

        private final long announced;
        private final ServletInputStream in;

        Sent(long announced, InputStream in) {
            this.announced = announced;
            this.in = new Bytes(in);
            setContentType("application/json");
        }

        @Override
        public long getContentLengthLong() {
            return announced;
        }

        @Override
        public ServletInputStream getInputStream() {
            return in;
        }
    }

    private static final class Bytes extends ServletInputStream {

        private final InputStream in;

        Bytes(InputStream in) {
            this.in = in;
        }

        @Override
        public int read() throws IOException {
            return in.read();
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            return in.read(into, offset, length);
        }

        @Override
        public boolean isFinished() {
            return false;
        }

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public void setReadListener(ReadListener listener) {
            throw new UnsupportedOperationException();
        }
    }
}
