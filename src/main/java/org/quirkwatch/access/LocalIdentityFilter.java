package org.quirkwatch.access;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.quirkwatch.web.Identity;
import org.springframework.web.filter.OncePerRequestFilter;

/// Takes everybody for the one who owns this machine, where access is off. Thread-safe.
final class LocalIdentityFilter extends OncePerRequestFilter {

    @Override
    protected void doFilterInternal(
            HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        Identity.LOCAL.attachTo(request);
        chain.doFilter(request, response);
    }
}
