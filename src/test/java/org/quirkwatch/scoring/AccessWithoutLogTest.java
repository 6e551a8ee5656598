package org.quirkwatch.scoring;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/// A service without a database, as the image sets it up: the profile `server`, health and metrics
/// on a port of their own, tokens by the keys that their issuer publishes, and a small rate.
@Timeout(300)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AccessWithoutLogTest {

    private final TestKeys keys = new TestKeys();
    private final ECKey issuer = key();
    private HttpServer published;
    private LoggedService service;

    @BeforeAll
    void start() throws IOException {
        published =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        byte[] set = new JWKSet(issuer.toPublicJWK()).toString().getBytes(StandardCharsets.UTF_8);
        published.createContext(
                "/jwks",
                exchange -> {
                    exchange.sendResponseHeaders(200, set.length);
                    exchange.getResponseBody().write(set);
                    exchange.close();
                });
        published.start();
        List<String> settings =
                new ArrayList<>(
                        Arrays.stream(keys.settings())
                                .filter(setting -> !setting.contains("enabled"))
                                .toList());
        settings.addAll(
                List.of(
                        "spring.profiles.active=server",
                        "management.server.port=0",
                        "quirkwatch.access.rate-limit.requests=6",
                        "quirkwatch.access.rate-limit.window=1h",
                        "spring.security.oauth2.resourceserver.jwt.jwk-set-uri=http://127.0.0.1:"
                                + published.getAddress().getPort()
                                + "/jwks",
                        "spring.security.oauth2.resourceserver.jwt.jws-algorithms=ES256"));
        service = LoggedService.startWithoutLog(settings.toArray(String[]::new));
    }

    @AfterAll
    void stop() {
        service.close();
        published.stop(0);
    }

    @Test
    void whoAsksTooMuchIsToldWhenToComeAgainAndOthersAreNotConcerned() {
        Map<String, String> score = keys.headers(TestKeys.Who.SCORE);
        for (int left = 5; left >= 0; left--) {
            Caller.Answer answer = get("/v1/models", score);
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.headers().firstValue("RateLimit").orElseThrow())
                    .startsWith("\"requests\";r=" + left + ";t=");
        }
        Caller.Answer refused = get("/v1/models", score);
        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.json().get("type").asString()).isEqualTo("/problems/rate-limited");
        assertThat(refused.json().get("detail").asString())
                .isEqualTo("the-score may send 6 requests in 3600 seconds");
        assertThat(Integer.parseInt(refused.headers().firstValue("Retry-After").orElseThrow()))
                .isBetween(500, 600);
        assertThat(get("/v1/models", keys.headers(TestKeys.Who.ADMIN)).status()).isEqualTo(200);
    }

    @Test
    void aTokenIsCheckedByTheKeysThatItsIssuerPublishes() {
        assertThat(get("/v1/models", token(issuer, "review")).status()).isEqualTo(200);
        assertThat(get("/v1/models", token(key(), "review")).status()).isEqualTo(401);
        assertThat(get("/v1/keys", token(issuer, "review")).status()).isEqualTo(403);
    }

    @Test
    void healthAndMetricsHaveAPortOfTheirOwnWhereNobodyIsAsked() {
        int port =
                Integer.parseInt(
                        service.context()
                                .getEnvironment()
                                .getRequiredProperty("local.management.port"));
        assertThat(port).isNotEqualTo(service.port());
        Caller management = new Caller(port);
        assertThat(management.get("/actuator/health/readiness").status()).isEqualTo(200);
        assertThat(management.get("/actuator/prometheus").body()).contains("quirkwatch_build_info");
        assertThat(management.get("/v1/models").status()).isEqualTo(404);
        Map<String, String> admin = keys.headers(TestKeys.Who.ADMIN);
        assertThat(get("/actuator/prometheus", Map.of()).status()).isEqualTo(401);
        assertThat(get("/actuator/prometheus", admin).status()).isEqualTo(404);
    }

    @Test
    void theConsoleSignsInWithoutADatabaseToo() {
        Caller.Answer in =
                service.caller()
                        .send(
                                "POST",
                                "/console/session",
                                Map.of("Content-Type", "application/json"),
                                "{\"key\": \"" + keys.secret(TestKeys.Who.ADMIN) + "\"}");
        assertThat(in.status()).isEqualTo(200);
        assertThat(in.json().get("name").asString()).isEqualTo("bootstrap");
        assertThat(in.json().get("scopes").valueStream().map(s -> s.asString()))
                .containsExactly("admin");
    }

    private Caller.Answer get(String path, Map<String, String> headers) {
        return service.caller().send("GET", path, headers, "");
    }

    private static Map<String, String> token(ECKey signer, String scope) {
        try {
            SignedJWT token =
                    new SignedJWT(
                            new JWSHeader.Builder(JWSAlgorithm.ES256)
                                    .keyID(signer.getKeyID())
                                    .build(),
                            new JWTClaimsSet.Builder()
                                    .subject("user-2")
                                    .claim("scp", List.of(scope))
                                    .expirationTime(Date.from(Instant.now().plusSeconds(300)))
                                    .build());
            token.sign(new ECDSASigner(signer));
            return Map.of("Authorization", "Bearer " + token.serialize());
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private static ECKey key() {
        try {
            return new ECKeyGenerator(Curve.P_256).keyID("k1").generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }
}
