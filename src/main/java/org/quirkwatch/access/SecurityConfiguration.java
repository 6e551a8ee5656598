package org.quirkwatch.access;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.web.Identity;
import org.quirkwatch.web.ProblemWriter;
import org.quirkwatch.web.Scope;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpMethod;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.authorization.AuthorizationDecision;
import org.springframework.security.config.ObjectPostProcessor;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.observation.SecurityObservationSettings;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtTimestampValidator;
import org.springframework.security.oauth2.jwt.JwtTypeValidator;
import org.springframework.security.oauth2.server.resource.web.authentication.BearerTokenAuthenticationFilter;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.access.intercept.AuthorizationFilter;
import org.springframework.security.web.access.intercept.RequestAuthorizationContext;
import org.springframework.security.web.context.RequestAttributeSecurityContextRepository;
import org.springframework.security.web.csrf.CookieCsrfTokenRepository;
import org.springframework.security.web.csrf.CsrfException;
import org.springframework.security.web.csrf.CsrfFilter;
import org.springframework.security.web.csrf.CsrfTokenRequestAttributeHandler;
import org.springframework.security.web.firewall.HttpFirewall;
import org.springframework.security.web.firewall.StrictHttpFirewall;
import org.springframework.security.web.header.writers.ReferrerPolicyHeaderWriter.ReferrerPolicy;
import org.springframework.security.web.util.matcher.RequestMatcher;

/// The filters before every handler: who asks, whether they may, and what browsers are told.
@Configuration(proxyBeanMethods = false)
class SecurityConfiguration {

    private static final String POLICY =
            "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src"
                    + " 'none'";

    /// The page that shows the contract brings styles and pictures within its text.
    private static final String CONTRACT_POLICY =
            POLICY + "; style-src 'self' 'unsafe-inline'; img-src 'self' data:";

    private static final Set<String> SAFE = Set.of("GET", "HEAD", "OPTIONS", "TRACE");

    /// Refuses paths that could be read in two ways, before anything looks at them. Headers and
    /// names of parameters are left to Tomcat and to the handlers, which refuse what they cannot
    /// use: refused when they are first looked at, they would be a fault within a handler.
    @Bean
    HttpFirewall httpFirewall() {
        StrictHttpFirewall firewall = new StrictHttpFirewall();
        firewall.setAllowedHeaderNames(name -> true);
        firewall.setAllowedHeaderValues(value -> true);
        firewall.setAllowedParameterNames(name -> true);
        firewall.setAllowedParameterValues(value -> true);
        return firewall;
    }

    /// A span and counters for each filter of each request say nothing of this service, and cost a
    /// tenth of what a signal costs beside the model. Refusals are counted where they are made.
    @Bean
    SecurityObservationSettings securityObservationSettings() {
        return SecurityObservationSettings.noObservations();
    }

    /// Takes no token without an end: it could not be taken back.
    @Bean
    JwtTimestampValidator tokenTimes() {
        JwtTimestampValidator times = new JwtTimestampValidator();
        times.setAllowEmptyExpiryClaim(false);
        return times;
    }

    /// Takes access tokens as RFC 9068 has them, beside those that say only that they are a JWT, or
    /// nothing.
    @Bean
    JwtTypeValidator tokenTypes() {
        JwtTypeValidator types = new JwtTypeValidator("JWT", "at+jwt", "application/at+jwt");
        types.setAllowEmpty(true);
        return types;
    }

    @Bean
    SecurityFilterChain securityFilterChain(
            HttpSecurity http,
            AccessMode mode,
            AccessProperties properties,
            KeyRing keys,
            Sessions sessions,
            Refusals refusals,
            ManagementPort management,
            ObjectProvider<JwtDecoder> decoders,
            ProblemWriter problems) {
        // Every request proves itself, and no session of the container is made: its management
        // would
        // also give each request a new token against forgery.
        http.sessionManagement(AbstractHttpConfigurer::disable)
                .securityContext(context ->
                        context.securityContextRepository(
                                new RequestAttributeSecurityContextRepository()))
                .requestCache(AbstractHttpConfigurer::disable)
                .formLogin(AbstractHttpConfigurer::disable)
                .httpBasic(AbstractHttpConfigurer::disable)
                .logout(AbstractHttpConfigurer::disable)
                .headers(headers ->
                        headers.addHeaderWriter(SecurityConfiguration::writePolicy)
                                .referrerPolicy(r -> r.policy(ReferrerPolicy.NO_REFERRER)))
                .addFilterBefore(new CrossSiteFilter(problems, !mode.on()), CsrfFilter.class);
        if (!mode.on()) {
            return http.csrf(AbstractHttpConfigurer::disable)
                    .addFilterBefore(new LocalIdentityFilter(), AuthorizationFilter.class)
                    .authorizeHttpRequests(all -> all.anyRequest().permitAll())
                    .build();
        }
        JwtDecoder decoder = decoders.getIfAvailable();
        RateLimits limits = limits(properties.rateLimit());
        http.csrf(csrf ->
                        csrf.csrfTokenRepository(csrfCookie())
                                .csrfTokenRequestHandler(new CsrfTokenRequestAttributeHandler())
                                .requireCsrfProtectionMatcher(changesByCookie()))
                .addFilterBefore(
                        new KeyFilter(keys, sessions, refusals, problems, decoder != null),
                        BearerTokenAuthenticationFilter.class)
                .addFilterBefore(
                        new IdentityFilter(refusals, problems, limits), AuthorizationFilter.class)
                .exceptionHandling(refused ->
                        refused.authenticationEntryPoint((request, response, e) ->
                                        refusals.unauthorized(
                                                "send a key or a token as Authorization: Bearer, or a"
                                                        + " key as X-API-Key",
                                                request,
                                                response))
                                .accessDeniedHandler((request, response, e) ->
                                        problems.write(forbidden(request, e), request, response)))
                .authorizeHttpRequests(all ->
                        all.dispatcherTypeMatchers(
                                        DispatcherType.ASYNC,
                                        DispatcherType.ERROR,
                                        DispatcherType.FORWARD)
                                .permitAll()
                                .requestMatchers(management::isAsked)
                                .permitAll()
                                .anyRequest()
                                .access((who, context) ->
                                        new AuthorizationDecision(allowed(context))));
        if (decoder != null) {
            http.oauth2ResourceServer(server ->
                    server.jwt(jwt -> jwt.decoder(TokenFailures.answered(decoder)))
                            .bearerTokenResolver(SecurityConfiguration::token)
                            .withObjectPostProcessor(
                                    failing(new TokenFailures(refusals, problems))));
        }
        return http.build();
    }

    private static void writePolicy(HttpServletRequest request, HttpServletResponse response) {
        boolean contract = request.getRequestURI().startsWith("/swagger-ui/");
        response.setHeader("Content-Security-Policy", contract ? CONTRACT_POLICY : POLICY);
    }

    private static boolean allowed(RequestAuthorizationContext context) {
        HttpServletRequest request = context.getRequest();
        return AccessRules.allows(
                AccessRules.needed(request.getMethod(), request.getRequestURI()),
                Identity.find(request));
    }

    private static Problem forbidden(HttpServletRequest request, AccessDeniedException e) {
        AccessRules.Needed needed =
                AccessRules.needed(request.getMethod(), request.getRequestURI());
        return new Problem(
                ProblemCode.FORBIDDEN,
                e instanceof CsrfException
                        ? "a call by the console's cookie needs the header X-XSRF-TOKEN with the value"
                                + " of the cookie XSRF-TOKEN"
                        : "this needs the scope %s"
                                .formatted(
                                        String.join(
                                                " or ",
                                                AccessRules.enough(needed).stream()
                                                        .map(Scope::text)
                                                        .toList())));
    }

    private static CookieCsrfTokenRepository csrfCookie() {
        CookieCsrfTokenRepository cookie = CookieCsrfTokenRepository.withHttpOnlyFalse();
        cookie.setCookieCustomizer(c -> c.sameSite("Strict").path("/"));
        return cookie;
    }

    /// Only calls by cookie: a browser sends it by itself. Signing in brings the key.
    private static RequestMatcher changesByCookie() {
        return request ->
                !SAFE.contains(request.getMethod())
                        && Credentials.of(request)
                                .filter(c -> c.kind() == Credentials.Kind.SESSION)
                                .isPresent()
                        && !(request.getMethod().equals(HttpMethod.POST.name())
                                && request.getRequestURI().equals("/console/session"));
    }

    private static @Nullable String token(HttpServletRequest request) {
        return Credentials.of(request)
                .filter(c -> c.kind() == Credentials.Kind.TOKEN)
                .map(Credentials::value)
                .orElse(null);
    }

    private static @Nullable RateLimits limits(AccessProperties.RateLimit limit) {
        return limit.enabled()
                ? new RateLimits(limit.requests(), limit.window(), System::nanoTime)
                : null;
    }

    private static ObjectPostProcessor<BearerTokenAuthenticationFilter> failing(
            TokenFailures failures) {
        return new ObjectPostProcessor<>() {
            @Override
            public <O extends BearerTokenAuthenticationFilter> O postProcess(O filter) {
                filter.setAuthenticationFailureHandler(failures);
                return filter;
            }
        };
    }
}
