package org.quirkwatch.signal;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

/// Reads newline-delimited JSON line by line: a bad line is answered as such and does not end the
/// rest, blank lines are skipped, and the memory in use is bounded by one line's limit however long
/// a line or the input is. Not thread-safe; closes the stream that it was given.
public final class SignalReader implements Iterator<SignalLine>, AutoCloseable {

    private static final int BUFFER_BYTES = 1 << 16;

    private final InputStream in;
    private final String name;
    private final SignalParser parser;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int position;
    private int limit;

    private byte[] line = new byte[1024];
    private long lineBytes;
    private long number;
    private @Nullable SignalLine next;

    /// @param in the lines
    /// @param name what to call the stream in messages: a file's name, never its path
    /// @param parser what makes a signal of a line; its limits bound the line
    public SignalReader(InputStream in, String name, SignalParser parser) {
        this.in = in;
        this.name = name;
        this.parser = parser;
    }

    /// Leaves out lines without looking at them.
    ///
    /// @param last number of the last that is left out; 0 leaves none out
    /// @throws Problem `invalid-file` when the stream cannot be read
    public void skip(long last) {
        while (number < last && readLine()) {
            number++;
        }
    }

    /// Whether another line that is not blank follows.
    ///
    /// @throws Problem `invalid-file` when the stream cannot be read
    @Override
    public boolean hasNext() {
        while (next == null && readLine()) {
            number++;
            next = isBlank() ? null : parse();
        }
        return next != null;
    }

    /// The next line that is not blank.
    ///
    /// @throws NoSuchElementException at the end
    /// @throws Problem `invalid-file` when the stream cannot be read
    @Override
    public SignalLine next() {
        if (!hasNext()) {
            throw new NoSuchElementException("no line after line " + number);
        }
        SignalLine result = java.util.Objects.requireNonNull(next);
        next = null;
        return result;
    }

    @Override
    public void close() {
        try {
            in.close();
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private SignalLine parse() {
        try {
            SignalParser.requireSize("the line", lineBytes, parser.limits().maxLineBytes());
            Signal signal = parser.parseLine(Arrays.copyOf(line, (int) lineBytes), number);
            return new SignalLine.Valid(number, signal);
        } catch (Problem e) {
            return new SignalLine.Invalid(number, e);
        }
    }

    /// Reads up to the next line feed; of a line over the limit only the length is kept.
    private boolean readLine() {
        lineBytes = 0;
        boolean any = false;
        while (position < limit || fill()) {
            any = true;
            int end = position;
            while (end < limit && buffer[end] != '\n') {
                end++;
            }
            keep(end - position);
            boolean ended = end < limit;
            position = ended ? end + 1 : end;
            if (ended) {
                break;
            }
        }
        return any;
    }

    private void keep(int count) {
        long length = lineBytes + count;
        if (length <= parser.limits().maxLineBytes()) {
            if (length > line.length) {
                line = Arrays.copyOf(line, (int) Math.max(length, 2L * line.length));
            }
            System.arraycopy(buffer, position, line, (int) lineBytes, count);
        }
        lineBytes = length;
    }

    private boolean isBlank() {
        if (lineBytes > parser.limits().maxLineBytes()) {
            return false;
        }
        for (int i = 0; i < lineBytes; i++) {
            if (!(line[i] == ' ' || line[i] == '\t' || line[i] == '\r')) {
                return false;
            }
        }
        return true;
    }

    private boolean fill() {
        try {
            position = 0;
            limit = Math.max(0, in.read(buffer));
            return limit > 0;
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private Problem unreadable(IOException cause) {
        return new Problem(
                ProblemCode.INVALID_FILE,
                "%s cannot be read after line %d".formatted(name, number),
                cause);
    }
}
