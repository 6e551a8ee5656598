package org.quirkwatch.bench;

import java.io.Closeable;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// Asks a service again when it says 503 or a connection ends: what it knows is wanted, however
/// busy it is. Belongs to one thread.
final class Asking implements Closeable {

    private static final int MOST_TIMES = 60;
    private static final long PAUSE_MILLIS = 1_000;

    private final int port;
    private @Nullable Connection connection;

    Asking(int port) {
        this.port = port;
    }

    /// The answer to a GET.
    Answer get(String path) throws IOException {
        return exchange(open -> open.get(path));
    }

    /// The answer to a request that may be sent twice.
    Answer exchange(byte[] request) throws IOException {
        return exchange(open -> open.exchange(request));
    }

    private interface Question {
        Answer ask(Connection connection) throws IOException;
    }

    private Answer exchange(Question question) throws IOException {
        for (int time = 1; ; time++) {
            try {
                Connection open = connection == null ? Connection.open(port) : connection;
                connection = open;
                Answer answer = question.ask(open);
                if (answer.head().closes()) {
                    close();
                }
                if (answer.status() != 503 || time == MOST_TIMES) {
                    return answer;
                }
            } catch (IOException e) {
                close();
                if (time == MOST_TIMES) {
                    throw e;
                }
            }
            pause();
        }
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            throw new IOException("given up", e);
        }
    }

    @Override
    public void close() throws IOException {
        if (connection != null) {
            connection.close();
            connection = null;
        }
    }
}
