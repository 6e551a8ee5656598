package org.quirkwatch.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.quirkwatch.bench.FakeService.Manner;

class LoopTest {

    private static final Prompts PROMPTS =
            new Prompts(
                    Prompts.Kind.SHORT,
                    List.of("\"prompt\":\"a\"}".getBytes(StandardCharsets.UTF_8)));

    @Test
    void verdictsAreCountedInSignals() throws Exception {
        try (FakeService fake = new FakeService(Manner.VERDICTS)) {
            Tally tally =
                    new Loop(fake.service(), 2, true)
                            .closed(new Requests(PROMPTS, 5), 0, 0.3)
                            .tally();
            assertThat(tally.wrong()).isEmpty();
            assertThat(tally.verdicts()).isPositive().isEqualTo(5 * tally.requests());
            assertThat(tally.fromSending().count()).isEqualTo(tally.requests());
        }
    }

    @Test
    void everyRequestOfAnOpenLoopIsAccountedFor() throws Exception {
        try (FakeService fake = new FakeService(Manner.VERDICTS)) {
            Tally tally =
                    new Loop(fake.service(), 4, false)
                            .open(new Requests(PROMPTS, 1), 200, 0.5, 5)
                            .tally();
            assertThat(tally.wrong()).isEmpty();
            assertThat(tally.verdicts() + tally.unsentRequests()).isEqualTo(100);
        }
    }

    @Test
    void latencyCountsFromWhenARequestWasDueAndNotFromWhenItCouldBeSent() throws Exception {
        try (FakeService fake = new FakeService(Manner.SLOW_VERDICTS)) {
            Tally tally =
                    new Loop(fake.service(), 1, true)
                            .open(new Requests(PROMPTS, 1), 1000, 0.02, 60)
                            .tally();
            assertThat(tally.verdicts()).isEqualTo(20);
            // Each takes 20 ms and is due 1 ms after the one before.
            assertThat(tally.fromSchedule().largestMillis()).isGreaterThan(19 * 19.0);
            assertThat(tally.fromSending().millis(1)).isLessThan(19 * 19.0);
        }
    }

    @Test
    void aRequestThatNoConnectionIsFreeForIsNotSent() throws Exception {
        try (FakeService fake = new FakeService(Manner.SLOW_VERDICTS)) {
            Tally tally =
                    new Loop(fake.service(), 1, true)
                            .open(new Requests(PROMPTS, 1), 1000, 0.1, 0.03)
                            .tally();
            assertThat(tally.unsentRequests()).isPositive();
            assertThat(tally.requests() + tally.unsentRequests()).isEqualTo(100);
            assertThat(tally.wrong()).isEmpty();
        }
    }

    @Test
    void aRefusalIsRightWithRetryAfterOnly() throws Exception {
        assertThat(one(Manner.REFUSAL).wrong()).isEmpty();
        assertThat(one(Manner.REFUSAL).refused()).isEqualTo(1);
        assertThat(one(Manner.REFUSAL_WITHOUT_RETRY_AFTER).wrong())
                .containsExactly("1 x status 503 without Retry-After");
    }

    @Test
    void theVerdictOfAnotherSignalIsNone() throws Exception {
        assertThat(one(Manner.OTHER_VERDICTS).wrong())
                .containsExactly("1 x status 200 without the verdicts of the request");
    }

    @Test
    void aServiceThatIsGoneIsWrong() throws Exception {
        Service gone;
        try (FakeService fake = new FakeService(Manner.VERDICTS)) {
            gone = fake.service();
        }
        assertThat(gone.isListening()).isFalse();
        Tally tally = new Loop(gone, 1, true).open(new Requests(PROMPTS, 1), 1, 1, 1).tally();
        assertThat(tally.wrong()).hasSize(1);
    }

    @Test
    void aStreamIsWholeWhenEachLineHasItsVerdictInOrder() throws Exception {
        StreamCall.Outcome outcome = stream(Manner.VERDICTS, 500);
        assertThat(outcome.fault()).isEmpty();
        assertThat(outcome.whole()).isTrue();
        assertThat(outcome.verdicts()).isEqualTo(500);
        assertThat(outcome.sent()).isEqualTo(500);
    }

    @Test
    void aStreamSaysWhichLineHasNoVerdict() throws Exception {
        assertThat(stream(Manner.OTHER_VERDICTS, 3).fault().orElseThrow())
                .startsWith("line 1 is no verdict of signal");
    }

    @Test
    void aStreamThatIsCutOffIsNotWhole() throws Exception {
        StreamCall.Outcome outcome = stream(Manner.CUT_OFF, 5);
        assertThat(outcome.whole()).isFalse();
        assertThat(outcome.verdicts()).isEqualTo(3);
        assertThat(outcome.fault()).isPresent();
    }

    @Test
    void aStreamThatIsRefusedIsNone() throws Exception {
        StreamCall.Outcome outcome = stream(Manner.REFUSAL, 5);
        assertThat(outcome.isStream()).isFalse();
        assertThat(outcome.head().isRefusal()).isTrue();
    }

    private static Tally one(Manner manner) throws Exception {
        try (FakeService fake = new FakeService(manner)) {
            return new Loop(fake.service(), 1, true)
                    .open(new Requests(PROMPTS, 1), 1, 1, 5)
                    .tally();
        }
    }

    private static StreamCall.Outcome stream(Manner manner, long lines) throws Exception {
        try (FakeService fake = new FakeService(manner);
                Connection connection = Connection.open(fake.service().port())) {
            return new StreamCall(connection, new Requests(PROMPTS, 1), lines)
                    .run((number, bytes, from, to) -> {});
        }
    }
}
