package org.quirkwatch.bench;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Answers as the service does, without a model, well or badly.
final class FakeService implements AutoCloseable {

    private static final Pattern ID = Pattern.compile("\"id\":\"([^\"]+)\"");

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    /// What it does with what it gets.
    enum Manner {
        VERDICTS,
        /// As `VERDICTS`, each after 20 ms.
        SLOW_VERDICTS,
        /// The verdicts of other signals.
        OTHER_VERDICTS,
        REFUSAL,
        REFUSAL_WITHOUT_RETRY_AFTER,
        /// An answer that ends after three verdicts, though it announced more.
        CUT_OFF
    }

    FakeService(Manner manner) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", exchange -> answer(exchange, manner));
        server.start();
    }

    Service service() {
        return new Service(server.getAddress().getPort(), OptionalLong.empty());
    }

    private static void answer(HttpExchange exchange, Manner manner) throws IOException {
        try (exchange;
                BufferedReader in =
                        new BufferedReader(
                                new InputStreamReader(
                                        exchange.getRequestBody(), StandardCharsets.UTF_8))) {
            switch (manner) {
                case REFUSAL -> {
                    in.transferTo(java.io.Writer.nullWriter());
                    exchange.getResponseHeaders().set("Retry-After", "1");
                    exchange.sendResponseHeaders(503, -1);
                }
                case REFUSAL_WITHOUT_RETRY_AFTER -> {
                    in.transferTo(java.io.Writer.nullWriter());
                    exchange.sendResponseHeaders(503, -1);
                }
                case VERDICTS, SLOW_VERDICTS, OTHER_VERDICTS, CUT_OFF ->
                        verdicts(exchange, in, manner);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void verdicts(HttpExchange exchange, BufferedReader in, Manner manner)
            throws IOException, InterruptedException {
        exchange.sendResponseHeaders(200, manner == Manner.CUT_OFF ? 1 << 20 : 0);
        OutputStream out = exchange.getResponseBody();
        int count = 0;
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            Matcher id = ID.matcher(line);
            while (id.find()) {
                if (manner == Manner.SLOW_VERDICTS) {
                    Thread.sleep(20);
                }
                String named = manner == Manner.OTHER_VERDICTS ? "other" : id.group(1);
                out.write(
                        ("{\"id\":\"" + named + "\",\"disposition\":\"accept\"}\n")
                                .getBytes(StandardCharsets.UTF_8));
                count++;
                if (manner == Manner.CUT_OFF && count == 3) {
                    out.flush();
                    throw new IOException("cut off on purpose");
                }
            }
            out.flush();
        }
        out.close();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.close();
    }
}
