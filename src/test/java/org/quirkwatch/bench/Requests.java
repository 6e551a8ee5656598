package org.quirkwatch.bench;

import java.io.ByteArrayOutputStream;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

/// Makes requests, each of signals with ids that no other run has, and knows what answers them.
/// Thread-safe.
final class Requests {

    private static final byte[] ID = ResponseReader.ascii("{\"id\":\"");
    private static final byte[] BEHIND_ID = ResponseReader.ascii("\",");
    private static final byte[] SIGNALS = ResponseReader.ascii("{\"signals\":[");
    private static final byte[] BEHIND_SIGNALS = ResponseReader.ascii("]}");
    private static final byte[] DISPOSITION = ResponseReader.ascii("\"disposition\":\"");
    private static final byte[] UNSCORED = ResponseReader.ascii("\"status\":\"unscored\"");

    private final Prompts prompts;
    private final int batch;
    private final String run =
            "%08x-".formatted(ThreadLocalRandom.current().nextInt()).toLowerCase(Locale.ROOT);
    private final AtomicLong next = new AtomicLong();

    /// @param batch signals of a request: 1 is sent alone, more as a batch
    Requests(Prompts prompts, int batch) {
        if (!(batch >= 1)) {
            throw new IllegalArgumentException("batch must be at least 1, got " + batch);
        }
        this.prompts = prompts;
        this.batch = batch;
    }

    /// A request that is ready to be written.
    ///
    /// @param bytes head and body
    /// @param first number of its first signal
    /// @param signals how many it has
    record Request(byte[] bytes, long first, int signals) {}

    Request next() {
        return request(next.getAndAdd(batch), batch == 1);
    }

    /// The request of the signals from a number on, whether others took it or not.
    ///
    /// @param alone as one signal, else as a batch
    Request request(long first, boolean alone) {
        return alone ? request(first, 1, true) : request(first, batch, false);
    }

    Request request(long first, int signals, boolean alone) {
        ByteArrayOutputStream body = new ByteArrayOutputStream(512 * signals);
        if (alone) {
            signal(first, body);
        } else {
            body.writeBytes(SIGNALS);
            for (int i = 0; i < signals; i++) {
                if (i > 0) {
                    body.write(',');
                }
                signal(first + i, body);
            }
            body.writeBytes(BEHIND_SIGNALS);
        }
        byte[] head = head(alone ? "/v1/signals" : "/v1/signals/batch", body.size());
        byte[] bytes = new byte[head.length + body.size()];
        System.arraycopy(head, 0, bytes, 0, head.length);
        System.arraycopy(body.toByteArray(), 0, bytes, head.length, body.size());
        return new Request(bytes, first, signals);
    }

    static byte[] head(String path, long contentLength) {
        return ResponseReader.ascii(
                "POST "
                        + path
                        + " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                        + "Content-Length: "
                        + contentLength
                        + "\r\n\r\n");
    }

    /// Writes a signal as one JSON object without a line break.
    void signal(long number, ByteArrayOutputStream out) {
        out.writeBytes(ID);
        out.writeBytes(id(number));
        out.writeBytes(BEHIND_ID);
        out.writeBytes(prompts.document(number));
    }

    byte[] id(long number) {
        String digits = Long.toString(number);
        return ResponseReader.ascii(run + "0".repeat(Math.max(0, 10 - digits.length())) + digits);
    }

    /// Whether an answer has a verdict for each signal of a request.
    boolean answers(Answer answer, Request request) {
        return answer.status() == 200
                && answer.count(DISPOSITION) == request.signals()
                && answer.contains(id(request.first()))
                && answer.contains(id(request.first() + request.signals() - 1));
    }

    /// Whether a line of a stream is the verdict of a signal.
    boolean answers(byte[] bytes, int from, int to, long number) {
        return to > from
                && bytes[from] == '{'
                && bytes[to - 1] == '}'
                && Answer.indexOf(bytes, from, to, DISPOSITION) >= 0
                && Answer.indexOf(bytes, from, to, id(number)) >= 0;
    }

    static int unscored(Answer answer) {
        return answer.count(UNSCORED);
    }

    int batch() {
        return batch;
    }

    @Override
    public String toString() {
        return prompts.kind() + (batch == 1 ? " prompts" : " prompts in batches of " + batch);
    }
}
