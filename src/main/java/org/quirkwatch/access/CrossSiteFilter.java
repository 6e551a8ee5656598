package org.quirkwatch.access;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.web.ProblemWriter;
import org.springframework.http.HttpHeaders;
import org.springframework.web.filter.OncePerRequestFilter;

/// Refuses what a page of another site makes a browser send. A browser says from where in
/// `Sec-Fetch-Site` and `Origin`; programs send neither and are not concerned. Calls with a key or
/// a token of their own are not either, since a page can only send one that it was given.
///
/// Where access is off, the name by which the service was asked has to be this machine's: another
/// site's name that suddenly means 127.0.0.1 would make its page one of ours. Thread-safe.
final class CrossSiteFilter extends OncePerRequestFilter {

    private static final Set<String> SAFE = Set.of("GET", "HEAD", "OPTIONS", "TRACE");
    private static final Set<String> OWN = Set.of("same-origin", "none");
    private static final Set<String> THIS_MACHINE = Set.of("localhost", "127.0.0.1", "[::1]");

    private final ProblemWriter problems;
    private final boolean open;

    /// @param open whether access is off
    CrossSiteFilter(ProblemWriter problems, boolean open) {
        this.problems = problems;
        this.open = open;
    }

    @Override
    protected void doFilterInternal(
            HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        Optional<String> refusal = refusal(request);
        if (refusal.isPresent()) {
            problems.write(new Problem(ProblemCode.FORBIDDEN, refusal.get()), request, response);
            return;
        }
        chain.doFilter(request, response);
    }

    private Optional<String> refusal(HttpServletRequest request) {
        String host = request.getHeader(HttpHeaders.HOST);
        if (open && !THIS_MACHINE.contains(withoutPort(host))) {
            return Optional.of(
                    "access is off, so the service is asked as localhost, 127.0.0.1 or [::1] only:"
                            + " the Host is another");
        }
        if (SAFE.contains(request.getMethod()) || bringsItsOwn(request)) {
            return Optional.empty();
        }
        String site = request.getHeader("Sec-Fetch-Site");
        String origin = request.getHeader(HttpHeaders.ORIGIN);
        boolean own =
                site != null
                        ? OWN.contains(site.toLowerCase(Locale.ROOT))
                        : origin == null || isOf(origin, host);
        return own
                ? Optional.empty()
                : Optional.of("a page of another site may change nothing here");
    }

    private static boolean bringsItsOwn(HttpServletRequest request) {
        return Credentials.of(request)
                .filter(c -> c.kind() != Credentials.Kind.SESSION)
                .isPresent();
    }

    private static boolean isOf(String origin, @Nullable String host) {
        try {
            String authority = URI.create(origin).getRawAuthority();
            return authority != null && host != null && authority.equalsIgnoreCase(host);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static String withoutPort(@Nullable String host) {
        return host == null ? "" : host.replaceFirst(":\\d*$", "").toLowerCase(Locale.ROOT);
    }
}
