package org.quirkwatch.job;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.MediaType;
import tools.jackson.databind.json.JsonMapper;

/// Tells callers how a job goes on, as server-sent events. The job's row is asked for news, so it
/// does not matter which replica runs it. As many listen as may. Thread-safe.
final class JobEvents {

    private static final Logger LOG = LoggerFactory.getLogger(JobEvents.class);
    private static final Duration HEARTBEAT = Duration.ofSeconds(15);
    private static final Duration COME_AGAIN = Duration.ofSeconds(10);

    private final Jobs jobs;
    private final JobRunner runner;
    private final JobProperties properties;
    private final JsonMapper json;
    private final Semaphore places;

    JobEvents(Jobs jobs, JobRunner runner, JobProperties properties, JsonMapper json) {
        this.jobs = jobs;
        this.runner = runner;
        this.properties = properties;
        this.json = json;
        this.places = new Semaphore(properties.maxListeners());
    }

    /// Sends events until the job is over, the service stops, or the time is up. Its caller's
    /// thread is a virtual one.
    ///
    /// @param last revision that the caller has, -1 for none
    /// @throws Problem `overloaded` when as many listen as may
    void send(Job first, long last, HttpServletResponse response) throws IOException {
        if (!places.tryAcquire()) {
            throw Problem.retryAfter(
                    ProblemCode.OVERLOADED,
                    "%d callers listen to jobs, and no more may"
                            .formatted(properties.maxListeners()),
                    COME_AGAIN);
        }
        try {
            response.setContentType(MediaType.TEXT_EVENT_STREAM_VALUE);
            response.setCharacterEncoding(StandardCharsets.UTF_8);
            response.setHeader("Cache-Control", "no-store");
            // A proxy that gathers would hold events back.
            response.setHeader("X-Accel-Buffering", "no");
            follow(first, last, response);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            LOG.debug("a listener has gone", e);
        } finally {
            places.release();
        }
    }

    private void follow(Job first, long last, HttpServletResponse response)
            throws IOException, InterruptedException {
        OutputStream out = response.getOutputStream();
        long begin = System.nanoTime();
        long spoke = begin;
        long sent = last;
        Optional<Job> job = Optional.of(first);
        // So that the caller knows at once that it is heard.
        write(out, ": here\n\n");
        response.flushBuffer();
        while (job.isPresent()) {
            Job now = job.get();
            if (now.revision() > sent || now.state().isOver()) {
                write(out, event(now));
                response.flushBuffer();
                sent = now.revision();
                spoke = System.nanoTime();
            }
            if (now.state().isOver()
                    || runner.isStopping()
                    || System.nanoTime() - begin > properties.maxListening().toNanos()) {
                return;
            }
            if (System.nanoTime() - spoke > HEARTBEAT.toNanos()) {
                write(out, ": still here\n\n");
                response.flushBuffer();
                spoke = System.nanoTime();
            }
            Thread.sleep(properties.poll());
            job = latest(now);
        }
    }

    /// While the database is away nothing is new.
    private Optional<Job> latest(Job before) {
        try {
            return jobs.find(before.id());
        } catch (Problem e) {
            return Optional.of(before);
        }
    }

    private String event(Job job) {
        return "id: %d\nevent: %s\ndata: %s\n\n"
                .formatted(
                        job.revision(),
                        job.state().isOver() ? "end" : "progress",
                        // Parameters are given as they came, and may have lines.
                        json.writeValueAsString(
                                json.readTree(json.writeValueAsString(JobDocument.of(job)))));
    }

    private static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
    }
}
