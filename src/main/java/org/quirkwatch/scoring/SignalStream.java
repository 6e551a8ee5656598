package org.quirkwatch.scoring;

import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.lane.Caller;
import org.quirkwatch.lane.Lanes;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.signal.Signal;
import org.quirkwatch.signal.SignalLine;
import org.quirkwatch.signal.SignalParser;
import org.quirkwatch.signal.SignalReader;

/// One stream of signals: a thread reads lines and begins with them, the caller's thread writes the
/// verdicts in order. Between them is a window, so that memory is bounded whatever the length; when
/// it is full no more is read, and the sender's own buffers fill. What breaks off on either side
/// ends the whole.
///
/// When the service begins to stop, the lines that were taken in get their verdicts, the next one
/// an unscored verdict with the reason `shutting-down`, and the stream ends.
final class SignalStream {

    private static final String SOURCE = "stream";

    private final SignalScoring scoring;
    private final Answering answering;
    private final int windowLines;
    private final boolean explain;
    // Measured, in order, on their way to being written down.
    private final Deque<Answering.Line> kept = new ArrayDeque<>();
    private final Lanes lanes;
    private final Caller caller;
    private final SignalReader reader;
    private final BlockingQueue<Slot> window;
    // Set when nothing of the reader's is wanted any more. It is told so and never interrupted: it
    // may be within the log's database, whose files and connections an interrupt closes.
    private volatile boolean ended;

    /// What was read, in the order of lines.
    private sealed interface Slot {
        /// A signal whose measurement has begun.
        ///
        /// @param readNanos of [System#nanoTime]: when the line was read
        record Measured(long line, SignalScoring.Begun begun, long readNanos) implements Slot {}

        /// A signal that was answered before.
        record Answered(byte[] answer) implements Slot {}

        /// A line without a verdict.
        record Refused(long line, Verdict.Unscored verdict) implements Slot {}

        /// Nothing more comes.
        ///
        /// @param failure why, where it is not the end of the stream
        record End(@Nullable Throwable failure) implements Slot {}
    }

    /// Takes answers.
    interface Sink {
        /// Writes an answer, which is JSON without a line feed.
        void write(byte[] answer) throws IOException;

        /// Sends what was written: the next answer may take a while.
        void flush() throws IOException;
    }

    /// @param caller the stream's way to the lanes
    /// @param in the lines
    /// @param windowLines lines that are read and not yet measured, and again as many that are
    ///   measured and not yet written down, 1 or more
    /// @param explain whether verdicts have the score of each layer
    SignalStream(
            SignalScoring scoring,
            Answering answering,
            Lanes lanes,
            Caller caller,
            InputStream in,
            SignalParser parser,
            int windowLines,
            boolean explain) {
        this.scoring = scoring;
        this.answering = answering;
        this.windowLines = windowLines;
        this.explain = explain;
        this.lanes = lanes;
        this.caller = caller;
        this.reader = new SignalReader(in, "the stream", parser);
        this.window = new ArrayBlockingQueue<>(windowLines);
    }

    /// Answers every line that is not blank.
    ///
    /// @throws IOException when the caller has gone
    /// @throws Problem `invalid-file` when the stream breaks off
    void answer(Sink sink) throws IOException, InterruptedException {
        Thread reading = Thread.ofVirtual().name("signal-stream").start(this::read);
        try {
            Slot slot = window.take();
            while (!(slot instanceof Slot.End)) {
                answer(slot, sink);
                slot = window.poll();
                if (slot == null) {
                    finishAll(sink);
                    slot = window.take();
                }
            }
            finishAll(sink);
            switch (((Slot.End) slot).failure()) {
                case null -> {}
                case Problem problem -> throw problem;
                case Throwable failure ->
                        throw new IllegalStateException("reading a stream failed", failure);
            }
        } finally {
            // Whatever still waits is not computed.
            caller.close();
            end(reading);
        }
    }

    /// Waits for the reader, which uses the request's stream and must not outlive the request. It
    /// sees the end before it reads or hands over anything more; what it may wait for has an end of
    /// its own: a line (the connection's time-out), a place (given up with the caller), the log
    /// (the longest wait). Whatever it is, nothing is held at the lanes meanwhile.
    private void end(Thread reading) throws InterruptedException {
        ended = true;
        // Room for the one slot that it may have begun to hand over.
        window.clear();
        reading.join();
    }

    private void answer(Slot slot, Sink sink) throws IOException, InterruptedException {
        switch (slot) {
            case Slot.Measured(long line, var begun, long readNanos) -> {
                if (!begun.outcome().isDone()) {
                    finishAll(sink);
                }
                Verdict verdict = scoring.await(begun);
                scoring.count(verdict, SOURCE, Duration.ofNanos(System.nanoTime() - readNanos));
                kept.add(answering.begin(line, begun.signal(), verdict, explain, SOURCE));
                while (kept.size() >= windowLines || isHeadDone()) {
                    sink.write(answering.finish(kept.remove()));
                }
            }
            case Slot.Answered(byte[] answer) -> {
                finishKept(sink);
                sink.write(answer);
            }
            case Slot.Refused(long line, var verdict) -> {
                finishKept(sink);
                scoring.count(verdict, SOURCE);
                sink.write(answering.refused(line, verdict));
            }
            case Slot.End ignored -> throw new IllegalStateException("the end is no verdict");
        }
    }

    private boolean isHeadDone() {
        Answering.Line head = kept.peek();
        return head != null && head.kept().isDone();
    }

    private void finishAll(Sink sink) throws IOException {
        finishKept(sink);
        sink.flush();
    }

    private void finishKept(Sink sink) throws IOException {
        while (!kept.isEmpty()) {
            sink.write(answering.finish(kept.remove()));
        }
    }

    private void read() {
        try {
            put(new Slot.End(readLines()));
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts the reader of a stream", e);
        }
    }

    /// Hands over, unless the writer has ended and looks at nothing more.
    private void put(Slot slot) throws InterruptedException {
        if (!ended) {
            window.put(slot);
        }
    }

    /// Why it ended, where that was not the end of the stream.
    private @Nullable Throwable readLines() throws InterruptedException {
        long last = 0;
        try {
            boolean open = true;
            while (open && !ended && reader.hasNext()) {
                SignalLine line = reader.next();
                last = line.number();
                open = !lanes.isRefusing();
                put(open ? begin(line) : refused(line, stopping()));
            }
            return null;
        } catch (Problem e) {
            if (isTimeout(e)) {
                // The sender is there, but says nothing: it is told why this ends.
                Problem silent = silent();
                put(refused(new SignalLine.Invalid(last + 1, silent), silent));
                return null;
            }
            return e;
        } catch (RuntimeException e) {
            return e;
        }
    }

    /// The server gives what happened as the cause of an exception of its own.
    private static boolean isTimeout(Throwable e) {
        Throwable cause = e;
        while (cause != null && !(cause instanceof SocketTimeoutException)) {
            cause = cause.getCause();
        }
        return cause != null;
    }

    private Slot begin(SignalLine line) throws InterruptedException {
        return switch (line) {
            case SignalLine.Valid(long number, Signal signal) -> {
                long readNanos = System.nanoTime();
                try {
                    Optional<byte[]> before = answering.answeredBefore(signal);
                    yield before.isPresent()
                            ? new Slot.Answered(before.get())
                            : new Slot.Measured(number, scoring.begin(caller, signal), readNanos);
                } catch (Problem e) {
                    yield refused(line, e);
                }
            }
            case SignalLine.Invalid(long ignored, Problem problem) -> refused(line, problem);
        };
    }

    private Slot refused(SignalLine line, Problem reason) {
        Verdict.Unscored verdict =
                switch (line) {
                    case SignalLine.Valid(long ignored, Signal signal) ->
                            new Verdict.Unscored(
                                    signal.id(), scoring.policyOrStandard(signal), reason);
                    case SignalLine.Invalid(long number, Problem ignored) ->
                            new Verdict.Unscored(
                                    "line-" + number, scoring.standardPolicy(), reason);
                };
        return new Slot.Refused(line.number(), verdict);
    }

    private static Problem silent() {
        return new Problem(
                ProblemCode.REQUEST_TIMEOUT,
                "no further line came for as long as the service waits for one");
    }

    private static Problem stopping() {
        return new Problem(
                ProblemCode.SHUTTING_DOWN, "the service is stopping and reads no further line");
    }
}
