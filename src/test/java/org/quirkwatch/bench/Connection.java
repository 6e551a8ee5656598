package org.quirkwatch.bench;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;

/// A connection to the service on this machine, one request after the other. Plain blocking calls:
/// what drives the load shares the processor with what is measured. Belongs to one thread, except
/// for [#abort] and, while a stream is answered, the writing.
final class Connection implements Closeable {

    /// The longest wait for the next byte of an answer.
    static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final Duration CONNECT_PATIENCE = Duration.ofSeconds(10);

    private final Socket socket;
    private final OutputStream out;
    private final ResponseReader reader;
    private boolean sent;
    private boolean begun;
    private long sentNanos;

    private Connection(Socket socket) throws IOException {
        this.socket = socket;
        this.out = socket.getOutputStream();
        this.reader = new ResponseReader(socket.getInputStream());
    }

    static Connection open(int port) throws IOException {
        Socket socket = new Socket();
        try {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout((int) PATIENCE.toMillis());
            socket.connect(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                    (int) CONNECT_PATIENCE.toMillis());
            return new Connection(socket);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /// Sends a whole request and waits for its whole answer.
    Answer exchange(byte[] request) throws IOException {
        sent = false;
        begun = false;
        out.write(request);
        sentNanos = System.nanoTime();
        sent = true;
        begun = reader.begins();
        if (!begun) {
            throw new EOFException("the connection ended without an answer");
        }
        return reader.answer();
    }

    Answer get(String path) throws IOException {
        return exchange(
                ResponseReader.ascii(
                        "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: */*\r\n\r\n"
                                .formatted(path)));
    }

    /// Whether the latest request went out whole.
    boolean isSent() {
        return sent;
    }

    /// Whether a byte of the latest request's answer came.
    boolean isAnswerBegun() {
        return begun;
    }

    /// When the latest request that went out whole had gone out.
    long sentNanos() {
        return sentNanos;
    }

    OutputStream out() {
        return out;
    }

    ResponseReader reader() {
        return reader;
    }

    /// Whether the service has said something that was not read yet.
    boolean hasAnswer() throws IOException {
        return reader.isBuffered() || socket.getInputStream().available() > 0;
    }

    /// Ends the connection as a process that dies does: without a word and with a reset.
    void abort() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
