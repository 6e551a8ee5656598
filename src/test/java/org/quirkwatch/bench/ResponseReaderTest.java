package org.quirkwatch.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import org.junit.jupiter.api.Test;

class ResponseReaderTest {

    /// Gives the bytes one by one, as a slow network does; lines end in CR LF.
    private static ResponseReader slow(String... lines) {
        return new ResponseReader(
                new ByteArrayInputStream(String.join("\r\n", lines).getBytes(US_ASCII)) {
                    @Override
                    public synchronized int read(byte[] bytes, int offset, int length) {
                        return super.read(bytes, offset, Math.min(1, length));
                    }
                });
    }

    @Test
    void answersFollowEachOtherOnAConnection() throws IOException {
        ResponseReader reader =
                slow(
                        "HTTP/1.1 200 ",
                        "Content-Length: 5",
                        "",
                        "firstHTTP/1.1 503 ",
                        "retry-after: 1",
                        "Connection: close",
                        "Content-Length: 0",
                        "",
                        "");
        assertThat(reader.begins()).isTrue();
        Answer first = reader.answer();
        assertThat(new String(first.body(), US_ASCII)).isEqualTo("first");
        assertThat(first.head().closes()).isFalse();
        assertThat(first.head().isRefusal()).isFalse();

        Answer second = reader.answer();
        assertThat(second.head().isRefusal()).isTrue();
        assertThat(second.head().closes()).isTrue();
        assertThat(reader.begins()).isFalse();
    }

    @Test
    void chunksAreJoinedAndTheirFramingIsGone() throws IOException {
        ResponseReader reader =
                slow(
                        "HTTP/1.1 200 OK",
                        "Transfer-Encoding: chunked",
                        "",
                        "3",
                        "abc",
                        "A;x=y",
                        "0123456789",
                        "0",
                        "Trailer: t",
                        "",
                        "HTTP/1.1 204 ",
                        "",
                        "");
        assertThat(new String(reader.answer().body(), US_ASCII)).isEqualTo("abc0123456789");
        assertThat(reader.answer().status()).isEqualTo(204);
    }

    @Test
    void aBodyWithoutALengthLastsAsLongAsTheConnection() throws IOException {
        assertThat(new String(slow("HTTP/1.1 200 ", "", "all of it").answer().body(), US_ASCII))
                .isEqualTo("all of it");
    }

    @Test
    void interimAnswersArePassedOver() throws IOException {
        ResponseReader reader =
                slow("HTTP/1.1 100 Continue", "", "HTTP/1.1 413 ", "Content-Length: 0", "", "");
        assertThat(reader.answer().status()).isEqualTo(413);
    }

    @Test
    void whatIsCutOffIsNoAnswer() {
        for (String cut :
                new String[] {
                    "HTTP/1.1 20",
                    "HTTP/1.1 200 \r\nContent-Length: 5\r\n\r\nfour",
                    "HTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfour",
                    "HTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfour\r\n",
                    "HTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfour\r\n0\r\n"
                }) {
            assertThatThrownBy(() -> slow(cut).answer()).as(cut).isInstanceOf(EOFException.class);
        }
    }

    @Test
    void whatIsNoHttpIsRefused() {
        assertThatThrownBy(() -> slow("SSH-2.0", "").answer())
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("SSH-2.0");
    }

    @Test
    void chunksCanBeReadBeforeTheAnswerEnds() throws IOException {
        ResponseReader reader =
                slow("HTTP/1.1 200 ", "Transfer-Encoding: chunked", "", "2", "{}", "");
        InputStream body = reader.body(reader.head());
        assertThat(body.readNBytes(2)).containsExactly('{', '}');
        assertThatThrownBy(body::read).isInstanceOf(EOFException.class);
    }
}
