package org.quirkwatch.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Connections that are held open and say nothing, or a header byte by byte that never ends. One
/// thread for all of them.
final class HeldConnections implements HostileCommand.Attack {

    private static final String HEAD = "POST /v1/signals HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ";
    private static final long BYTE_EVERY_MILLIS = 500;
    private static final int FREE_FILES = 200;

    private final int port;
    private final int wanted;
    private final boolean speaking;
    private final List<SocketChannel> channels = new ArrayList<>();
    private final Map<String, Integer> got = new TreeMap<>();
    private String hint = "";
    private volatile boolean ended;
    private @Nullable Thread thread;

    /// @param speaking whether they send a header
    HeldConnections(int port, int wanted, boolean speaking) {
        this.port = port;
        this.wanted = wanted;
        this.speaking = speaking;
    }

    @Override
    public void begin() throws IOException {
        while (channels.size() < wanted) {
            SocketChannel channel;
            try {
                channel = SocketChannel.open();
            } catch (IOException e) {
                // The good callers need files too.
                for (int i = 0; i < FREE_FILES && !channels.isEmpty(); i++) {
                    channels.removeLast().close();
                }
                hint =
                        " (the system refused more here, \"%s\": raise ulimit -n)"
                                .formatted(e.getMessage());
                break;
            }
            channel.configureBlocking(false);
            channels.add(channel);
            try {
                channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            } catch (IOException e) {
                channel.close();
                gone("refused");
            }
        }
        thread = Thread.ofPlatform().daemon().name("held").start(this::hold);
    }

    private void hold() {
        for (int step = 0; !ended; step++) {
            byte letter = (byte) (step < HEAD.length() ? HEAD.charAt(step) : 'a');
            for (SocketChannel channel : channels) {
                if (channel.isOpen()) {
                    try {
                        hold(channel, letter);
                    } catch (IOException e) {
                        gone(e.getMessage() == null ? "ended" : e.getMessage());
                        close(channel);
                    }
                }
            }
            try {
                Thread.sleep(BYTE_EVERY_MILLIS);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void hold(SocketChannel channel, byte letter) throws IOException {
        if (!channel.finishConnect()) {
            return;
        }
        ByteBuffer answer = ByteBuffer.allocate(256);
        int count = channel.read(answer);
        if (count < 0) {
            gone("closed by the service");
            close(channel);
        } else if (count > 0) {
            String text = new String(answer.array(), 0, count, StandardCharsets.US_ASCII);
            gone(text.substring(0, Math.min(12, text.length())).strip());
            close(channel);
        } else if (speaking) {
            channel.write(ByteBuffer.wrap(new byte[] {letter}));
        }
    }

    private void gone(String how) {
        got.merge(how, 1, Integer::sum);
    }

    private static void close(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            // It is gone, which is what was wanted.
        }
    }

    @Override
    public String end() throws InterruptedException {
        ended = true;
        if (thread != null) {
            thread.join();
        }
        long connected = channels.stream().filter(SocketChannel::isConnected).count();
        long waiting = channels.stream().filter(SocketChannel::isConnectionPending).count();
        channels.forEach(HeldConnections::close);
        return "%d opened of %d%s, %d still connected at the end, %d never let in, gone: %s"
                .formatted(
                        channels.size(),
                        wanted,
                        hint,
                        connected,
                        waiting,
                        got.isEmpty() ? "none" : Arrays.toString(got.entrySet().toArray()));
    }
}
