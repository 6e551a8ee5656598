package org.quirkwatch.scoring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.quirkwatch.Quirkwatch;
import org.quirkwatch.artifact.Artifact;
import org.quirkwatch.lane.BatchMeasurer;
import org.quirkwatch.lane.Lanes;
import org.quirkwatch.model.CaptureSpec;
import org.quirkwatch.model.TokenizedSignal;
import org.quirkwatch.signal.Signal;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;
import tools.jackson.databind.JsonNode;

/// The service is told to stop while it has work. Its model runs only where the test lets it, so
/// that nothing here depends on the speed of a machine.
@Timeout(300)
class DrainTest {

    private final HeldModel model = new HeldModel();
    private final ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();

    @AfterEach
    void letTheModelRun() {
        model.let.release(1_000_000);
        callers.close();
    }

    @Test
    void whatWasTakenInIsAnsweredAndWhatComesThenIsSentAway() throws Exception {
        List<Signal> signals = TinyDetector.signals(40, new SplittableRandom(31));
        ConfigurableApplicationContext service = serve("--quirkwatch.drain.at-most=120s");
        int port = port(service);
        Caller caller = new Caller(port);
        try (StreamCaller stream = new StreamCaller(port)) {
            Future<JsonNode> running = callers.submit(() -> caller.verdict(signals.get(0)));
            model.begun.acquire();
            Future<JsonNode> single = callers.submit(() -> caller.verdict(signals.get(1)));
            Future<List<JsonNode>> batch =
                    callers.submit(() -> caller.verdicts(signals.subList(2, 22)));
            stream.send(lines(signals.subList(22, 32)));
            awaitPending(service, 32);

            Future<?> stopping = callers.submit(service::close);
            awaitNotReady(caller);
            assertSentAway(caller.post("/v1/signals", Caller.json(signals.get(33))));
            assertSentAway(caller.post("/v1/signals/batch", "{\"signals\": []}"));
            assertSentAway(caller.post("/v1/signals", new byte[0], StreamCaller.NDJSON));
            stream.send(lines(signals.subList(34, 40)));
            model.let.release(1_000_000);

            assertThat(running.get().get("status").asString()).isEqualTo("scored");
            assertThat(single.get().get("status").asString()).isEqualTo("scored");
            assertThat(batch.get())
                    .hasSize(20)
                    .allMatch(v -> v.get("status").asString().equals("scored"));
            List<JsonNode> verdicts = stream.rest();
            assertThat(verdicts).hasSize(11);
            assertThat(verdicts.subList(0, 10))
                    .allMatch(v -> v.get("status").asString().equals("scored"));
            JsonNode last = verdicts.getLast();
            assertThat(last.at("/reason/type").asString()).isEqualTo("/problems/shutting-down");
            assertThat(last.get("id").asString()).isEqualTo(signals.get(34).id());
            assertThat(last.get("line").asInt()).isEqualTo(11);
            assertThat(last.get("disposition").asString()).isEqualTo("review");
            stopping.get();
        }
    }

    @Test
    void whatTheModelDoesNotGetToInTimeIsAnsweredAsNotScored() throws Exception {
        List<Signal> signals = TinyDetector.signals(20, new SplittableRandom(32));
        ConfigurableApplicationContext service =
                serve("--quirkwatch.drain.at-least=0s", "--quirkwatch.drain.at-most=0s");
        int port = port(service);
        Caller caller = new Caller(port);
        try (StreamCaller stream = new StreamCaller(port)) {
            Future<JsonNode> running = callers.submit(() -> caller.verdict(signals.get(0)));
            model.begun.acquire();
            Future<Caller.Answer> single =
                    callers.submit(() -> caller.post("/v1/signals", Caller.json(signals.get(1))));
            Future<List<JsonNode>> batch =
                    callers.submit(() -> caller.verdicts(signals.subList(2, 12)));
            stream.send(lines(signals.subList(12, 17)));
            stream.end();
            awaitPending(service, 17);

            Future<?> stopping = callers.submit(service::close);
            assertSentAway(single.get());
            assertThat(batch.get()).hasSize(10).allMatch(DrainTest::isShuttingDown);
            assertThat(stream.rest()).hasSize(5).allMatch(DrainTest::isShuttingDown);
            // What runs is finished.
            model.let.release();
            assertThat(running.get().get("status").asString()).isEqualTo("scored");
            stopping.get();
        }
    }

    @Test
    void aBodyThatStillArrivesIsSentAway() throws Exception {
        ConfigurableApplicationContext service = serve("--quirkwatch.drain.at-most=120s");
        int port = port(service);
        try (StreamCaller arriving =
                new StreamCaller(port, "/v1/signals", "Content-Type: application/json")) {
            arriving.send("{\"prompt\": \"1 + 1 = 2\", ");
            while (service.getBean(RequestGate.class).inside() == 0) {
                Thread.sleep(5);
            }
            Future<?> stopping = callers.submit(service::close);
            awaitNotReady(new Caller(port));
            arriving.send("\"label\": \" Yes\"}");
            arriving.end();

            assertThat(arriving.status()).isEqualTo(503);
            assertThat(arriving.header("retry-after")).isEqualTo("1");
            assertThat(arriving.header("connection")).isEqualTo("close");
            assertThat(arriving.verdict().get("type").asString())
                    .isEqualTo("/problems/shutting-down");
            stopping.get();
        }
    }

    @Test
    void aProcessUnderLoadAnswersAllThatWasSentAndEnds() throws Exception {
        ServiceProcess service =
                ServiceProcess.start(
                        "--quirkwatch.model=" + TinyDetector.MODEL,
                        "--quirkwatch.detector=" + TinyDetector.directory(),
                        "--quirkwatch.device=cpu",
                        "--quirkwatch.dtype=float32",
                        "--quirkwatch.drain.at-least=10s",
                        "--quirkwatch.drain.at-most=60s");
        try (StreamCaller stream = new StreamCaller(service.port())) {
            List<Future<List<Caller.Answer>>> singles = new ArrayList<>();
            List<Future<List<Caller.Answer>>> batches = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                SplittableRandom random = new SplittableRandom(100 + i);
                SplittableRandom other = random.split();
                singles.add(
                        callers.submit(
                                () -> untilSentAway(service.port(), "/v1/signals", 1, random)));
                batches.add(
                        callers.submit(() ->
                                untilSentAway(service.port(), "/v1/signals/batch", 20, other)));
            }
            Future<Integer> streaming = callers.submit(() -> sendUntilTheEnd(stream));
            int before = 0;
            while (before < 50) {
                assertThat(stream.verdict().get("status").asString()).isEqualTo("scored");
                before++;
            }
            service.stop();

            List<JsonNode> rest = stream.rest();
            assertThat(rest.subList(0, rest.size() - 1))
                    .allMatch(v -> v.get("status").asString().equals("scored"));
            assertThat(isShuttingDown(rest.getLast())).isTrue();
            stream.reset();
            assertThat(streaming.get()).isGreaterThanOrEqualTo(before + rest.size());
            for (Future<List<Caller.Answer>> answers : singles) {
                assertComplete(answers.get(), 1);
            }
            for (Future<List<Caller.Answer>> answers : batches) {
                assertComplete(answers.get(), 20);
            }
            // 128 and the signal that told it to stop.
            assertThat(service.exitCode()).isEqualTo(143);
            assertThat(service.output())
                    .contains("signals were taken in and are answered first")
                    .doesNotContain("Exception")
                    .doesNotContain("not measured within");
        } finally {
            service.kill();
        }
    }

    /// Asks without a pause until it is sent away, as a caller should who has another replica.
    private static List<Caller.Answer> untilSentAway(
            int port, String path, int signals, SplittableRandom random) {
        List<Caller.Answer> answers = new ArrayList<>();
        Caller caller = new Caller(port);
        do {
            List<String> all =
                    TinyDetector.signals(signals, random).stream().map(Caller::json).toList();
            String body =
                    signals == 1
                            ? all.getFirst()
                            : "{\"signals\": [" + String.join(",", all) + "]}";
            answers.add(caller.post(path, body));
        } while (!answers.getLast().body().contains("/problems/shutting-down"));
        return answers;
    }

    private static int sendUntilTheEnd(StreamCaller stream) {
        SplittableRandom random = new SplittableRandom(7);
        int sent = 0;
        try {
            while (true) {
                stream.send(lines(TinyDetector.signals(1, random)));
                sent++;
            }
        } catch (IOException e) {
            // The service, or this test at the end, has closed it.
            return sent;
        }
    }

    private static void assertComplete(List<Caller.Answer> answers, int signals) {
        assertSentAway(answers.getLast());
        for (Caller.Answer answer : answers.subList(0, answers.size() - 1)) {
            if (answer.status() == 200) {
                JsonNode json = answer.json();
                assertThat(json.has("verdicts") ? json.get("verdicts").size() : 1)
                        .isEqualTo(signals);
            } else {
                assertThat(answer.status()).as(answer.body()).isEqualTo(503);
                assertThat(answer.body()).contains("/problems/overloaded");
            }
        }
    }

    private static void assertSentAway(Caller.Answer answer) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(503);
        assertThat(answer.type()).isEqualTo("application/problem+json");
        assertThat(answer.json().get("type").asString()).isEqualTo("/problems/shutting-down");
        assertThat(answer.headers().firstValue("Retry-After")).contains("1");
        assertThat(answer.headers().firstValue("Connection")).contains("close");
    }

    private static boolean isShuttingDown(JsonNode verdict) {
        return verdict.get("status").asString().equals("unscored")
                && verdict.at("/reason/type").asString().equals("/problems/shutting-down");
    }

    private static void awaitPending(ApplicationContext service, int signals)
            throws InterruptedException {
        while (service.getBean(Lanes.class).pending() < signals) {
            Thread.sleep(5);
        }
    }

    private static void awaitNotReady(Caller caller) throws InterruptedException {
        Caller.Answer answer = caller.get("/actuator/health/readiness");
        while (answer.status() == 200) {
            Thread.sleep(5);
            answer = caller.get("/actuator/health/readiness");
        }
        assertThat(answer.status()).isEqualTo(503);
        assertThat(caller.get("/actuator/health/liveness").status()).isEqualTo(200);
    }

    private static String lines(List<Signal> signals) {
        StringBuilder lines = new StringBuilder();
        signals.forEach(signal -> lines.append(Caller.json(signal)).append('\n'));
        return lines.toString();
    }

    private static int port(ApplicationContext service) {
        return service.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
    }

    /// The service in this process, with the model held.
    private ConfigurableApplicationContext serve(String... properties) {
        SpringApplication application = new SpringApplication(Quirkwatch.class);
        application.setRegisterShutdownHook(false);
        application.setAllowBeanDefinitionOverriding(true);
        application.addInitializers(context -> {
            if (context instanceof GenericApplicationContext generic) {
                generic.registerBean(
                        "lanes",
                        Lanes.class,
                        () -> model.lanes(generic),
                        definition -> definition.setDestroyMethodName("close"));
            }
        });
        application.setDefaultProperties(
                Map.of(
                        "server.port", "0",
                        "quirkwatch.model", TinyDetector.MODEL.toString(),
                        "quirkwatch.detector", TinyDetector.directory().toString(),
                        "quirkwatch.device", "cpu",
                        "quirkwatch.dtype", "float32"));
        return application.run(properties);
    }

    /// The real model, each of whose passes has to be let.
    private static final class HeldModel {

        final Semaphore begun = new Semaphore(0);
        final Semaphore let = new Semaphore(0);

        Lanes lanes(ApplicationContext context) {
            BatchMeasurer real =
                    new Scorer(
                                    context.getBean(Models.class).all().getFirst(),
                                    context.getBean(Artifact.class))
                            .measurer();
            BatchMeasurer held =
                    new BatchMeasurer() {
                        @Override
                        public CaptureSpec spec() {
                            return real.spec();
                        }

                        @Override
                        public Batch measure(List<TokenizedSignal> batch) {
                            begun.release();
                            let.acquireUninterruptibly();
                            return real.measure(batch);
                        }
                    };
            return new Lanes(
                    List.of(held),
                    context.getBean(QuirkwatchProperties.class).lane().limits(),
                    context.getBean(ScoringMetrics.class));
        }
    }
}
