package org.quirkwatch.scoring;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/// Tokens of an issuer that the service is told by its address alone, and that is away at first.
@Timeout(300)
@ExtendWith(OutputCaptureExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TokenIssuerTest {

    private final ECKey key = key();
    private final AtomicBoolean there = new AtomicBoolean();
    private HttpServer published;
    private String issuer;
    private LoggedService service;
    private Caller.Answer early;
    private String logged;

    @BeforeAll
    void start(CapturedOutput output) throws IOException {
        published =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        issuer = "http://127.0.0.1:" + published.getAddress().getPort();
        publish(
                "/.well-known/openid-configuration",
                "{\"issuer\": \"%s\", \"jwks_uri\": \"%s/keys\", \"subject_types_supported\": [\"public\"]}"
                        .formatted(issuer, issuer));
        publish("/keys", new JWKSet(key.toPublicJWK()).toString());
        published.start();
        service =
                LoggedService.startWithoutLog(
                        "quirkwatch.access.enabled=true",
                        "spring.security.oauth2.resourceserver.jwt.issuer-uri=" + issuer,
                        "spring.security.oauth2.resourceserver.jwt.audiences=quirkwatch");
        early = ask(signed(claims -> claims));
        logged = output.toString();
        there.set(true);
    }

    @AfterAll
    void stop() {
        service.close();
        published.stop(0);
    }

    @Test
    void whileTheIssuerDoesNotAnswerCallersAreToldToComeAgainAndTheLogSaysWhoseAnswerIsMissing() {
        assertThat(early.status()).isEqualTo(503);
        assertThat(early.json().get("type").asString()).isEqualTo("/problems/access-unavailable");
        assertThat(early.headers().firstValue("Retry-After")).contains("5");
        assertThat(logged)
                .contains("tokens cannot be checked")
                .contains(issuer)
                .doesNotContain("Servlet.service()");
        assertThat(ask(signed(claims -> claims)).status()).isEqualTo(200);
    }

    @Test
    void aTokenNamesItsIssuerThisServiceASubjectAndAnEnd() {
        assertThat(ask(signed(c -> c.audience(List.of("other", "quirkwatch")))).status())
                .isEqualTo(200);
        assertRefused(signed(c -> c.issuer("https://issuer.example.org")), "iss");
        assertRefused(signed(c -> c.issuer(null)), "iss");
        assertRefused(signed(c -> c.audience("other")), "aud");
        assertRefused(signed(c -> c.audience((String) null)), "aud");
        assertRefused(signed(c -> c.subject(null)), "subject");
        assertRefused(signed(c -> c.subject(" ")), "subject");
        assertRefused(signed(c -> c.expirationTime(null)), "exp");
        assertRefused(signed(c -> c.issueTime(in(-600)).expirationTime(in(-300))), "expired");
        assertRefused(signed(c -> c.notBeforeTime(in(300))), "before");
    }

    @Test
    void aTokenIsOneForAccess() throws JOSEException {
        JWSSigner signer = new ECDSASigner(key);
        JWTClaimsSet claims = claims().build();
        assertThat(ask(sign("at+jwt", JWSAlgorithm.ES256, signer, claims)).status()).isEqualTo(200);
        assertRefused(sign("logout+jwt", JWSAlgorithm.ES256, signer, claims), "typ");
    }

    @Test
    void whatNoKeyOfTheIssuerSignedIsRefusedWithoutAWordOfIt() throws JOSEException {
        JWTClaimsSet claims = claims().claim("scope", "admin").build();
        byte[] published = key.toPublicJWK().toJSONString().getBytes(StandardCharsets.UTF_8);
        for (String token :
                List.of(
                        new PlainJWT(claims).serialize(),
                        sign(JWSAlgorithm.HS256, new MACSigner(published), claims),
                        sign(JWSAlgorithm.ES256, new ECDSASigner(key()), claims),
                        "x.y.z")) {
            Caller.Answer answer = ask(token);
            assertThat(answer.status()).isEqualTo(401);
            assertThat(answer.json().get("detail").asString()).isEqualTo("the token is not valid");
        }
    }

    private void assertRefused(String token, String why) {
        Caller.Answer answer = ask(token);
        assertThat(answer.status()).as(why).isEqualTo(401);
        assertThat(answer.json().get("detail").asString()).contains(why);
        assertThat(answer.headers().firstValue("WWW-Authenticate"))
                .contains("Bearer realm=\"quirkwatch\"");
    }

    private Caller.Answer ask(String token) {
        return service.caller()
                .send("GET", "/v1/models", Map.of("Authorization", "Bearer " + token), "");
    }

    private String signed(UnaryOperator<JWTClaimsSet.Builder> change) {
        try {
            return sign(JWSAlgorithm.ES256, new ECDSASigner(key), change.apply(claims()).build());
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private String sign(JWSAlgorithm algorithm, JWSSigner signer, JWTClaimsSet claims)
            throws JOSEException {
        return sign("JWT", algorithm, signer, claims);
    }

    private String sign(String type, JWSAlgorithm algorithm, JWSSigner signer, JWTClaimsSet claims)
            throws JOSEException {
        SignedJWT token =
                new SignedJWT(
                        new JWSHeader.Builder(algorithm)
                                .type(new JOSEObjectType(type))
                                .keyID(key.getKeyID())
                                .build(),
                        claims);
        token.sign(signer);
        return token.serialize();
    }

    private JWTClaimsSet.Builder claims() {
        return new JWTClaimsSet.Builder()
                .issuer(issuer)
                .audience("quirkwatch")
                .subject("user-3")
                .claim("scope", "score")
                .expirationTime(in(300));
    }

    private static Date in(long seconds) {
        return Date.from(Instant.now().plusSeconds(seconds));
    }

    private void publish(String path, String json) {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        published.createContext(
                path,
                exchange -> {
                    exchange.getResponseHeaders().add("Content-Type", "application/json");
                    if (there.get()) {
                        exchange.sendResponseHeaders(200, body.length);
                        exchange.getResponseBody().write(body);
                    } else {
                        exchange.sendResponseHeaders(503, -1);
                    }
                    exchange.close();
                });
    }

    private static ECKey key() {
        try {
            return new ECKeyGenerator(Curve.P_256).keyID("1").generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }
}
