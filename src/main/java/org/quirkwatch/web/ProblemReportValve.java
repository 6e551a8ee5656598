package org.quirkwatch.web;

import java.io.IOException;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatusCode;
import tools.jackson.databind.json.JsonMapper;

/// Answers what the container refuses before any handler sees it (a request line that is no HTTP, a
/// header that is too long) like every other error, where Tomcat would write a page with its
/// version and a stack trace. Public because Tomcat makes it by its name.
public final class ProblemReportValve extends ErrorReportValve {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    /// For Tomcat.
    public ProblemReportValve() {
        setShowReport(false);
        setShowServerInfo(false);
    }

    @Override
    protected void report(Request request, Response response, @Nullable Throwable throwable) {
        int status = response.getStatus();
        // As Tomcat's own: only errors, and only where nothing was written yet.
        if (status < 400 || response.getContentWritten() > 0 || !response.setErrorReported()) {
            return;
        }
        byte[] body =
                JSON.writeValueAsBytes(
                        ProblemDocument.of(ProblemAdvice.of(HttpStatusCode.valueOf(status)), "/"));
        try {
            response.setContentType("application/problem+json");
            response.setContentLength(body.length);
            response.getOutputStream().write(body);
            response.finishResponse();
        } catch (IOException | IllegalStateException e) {
            container.getLogger().debug("the caller has gone", e);
        }
    }
}
