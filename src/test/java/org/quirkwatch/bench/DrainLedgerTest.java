package org.quirkwatch.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DrainLedgerTest {

    @Test
    void aRequestThatWasSentWhileSomethingListenedAndGotNothingIsLost() {
        DrainLedger ledger = new DrainLedger();
        ledger.signalled(2_000_000);
        ledger.unanswered(3_000_000, false, "sent before");
        ledger.unanswered(7_000_001, false, "sent after");
        ledger.closed(9_000_000);
        ledger.closed(7_000_000);
        assertThat(ledger.balance().wrong())
                .containsExactly(
                        "lost, sent 1.0 ms after SIGTERM and 4.0 ms before a connection was refused: sent before");
        assertThat(ledger.balance().late()).isEqualTo(1);
    }

    @Test
    void anAnswerThatBreaksOffIsWrongWheneverItsRequestWasSent() {
        DrainLedger ledger = new DrainLedger();
        ledger.closed(100);
        ledger.unanswered(101, true, "half of it");
        assertThat(ledger.balance().wrong()).containsExactly("cut off: half of it");
    }

    @Test
    void everyRequestThatWentOutIsCountedOnce() {
        DrainLedger ledger = new DrainLedger();
        ledger.verdict();
        ledger.verdict();
        ledger.refused();
        ledger.notSent();
        ledger.wrong("status 500");
        ledger.unanswered(1, false, "nothing");
        DrainLedger.Balance balance = ledger.balance();
        assertThat(balance.accepted()).isEqualTo(5);
        assertThat(balance.answered()).isEqualTo(2);
        assertThat(balance.refused()).isEqualTo(1);
        assertThat(balance.notSent()).isEqualTo(1);
        assertThat(balance.wrong()).hasSize(2);
    }
}
