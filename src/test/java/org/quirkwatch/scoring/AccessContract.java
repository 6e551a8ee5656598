package org.quirkwatch.scoring;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.quirkwatch.verdictlog.Store;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import tools.jackson.databind.JsonNode;

/// What callers have to prove, over HTTP, on any database.
@Timeout(600)
@ExtendWith(OutputCaptureExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class AccessContract {

    private static final String SIGNAL = "{\"prompt\": \"1 + 1 = 2\", \"label\": \" Yes\"}";
    private static final String PASSWORD = "pa55-of-the-database";

    private final TestKeys keys = new TestKeys();
    private final KeyPair issuer = keyPair();
    private LoggedService service;

    abstract Store open();

    private Store store;

    @BeforeAll
    void start(@TempDir Path folder) throws IOException {
        store = open();
        Path pem = folder.resolve("issuer.pem");
        Files.writeString(
                pem,
                "-----BEGIN PUBLIC KEY-----\n"
                        + Base64.getMimeEncoder().encodeToString(issuer.getPublic().getEncoded())
                        + "\n-----END PUBLIC KEY-----\n");
        List<String> settings = new ArrayList<>(Arrays.asList(keys.settings()));
        settings.add("spring.security.oauth2.resourceserver.jwt.public-key-location=file:" + pem);
        settings.add("quirkwatch.access.refresh=100ms");
        settings.add("management.endpoints.web.exposure.include=*");
        settings.add("quirkwatch.test.password=" + PASSWORD);
        service = LoggedService.start(store, settings.toArray(String[]::new));
    }

    @AfterAll
    void stop() {
        service.close();
        store.close();
    }

    @Test
    void aKeyIsTakenInEitherHeaderAndTheAnswerSaysHowMuchIsLeft() {
        String secret = keys.secret(TestKeys.Who.SCORE);
        Caller.Answer bearer = signal(Map.of("Authorization", "Bearer " + secret));
        assertThat(bearer.status()).isEqualTo(200);
        assertThat(bearer.headers().firstValue("RateLimit-Policy"))
                .contains("\"requests\";q=60000;w=60");
        assertThat(bearer.headers().firstValue("RateLimit").orElseThrow())
                .matches("\"requests\";r=599\\d\\d;t=1");
        assertThat(bearer.headers().firstValue("Cache-Control").orElseThrow()).contains("no-store");
        assertThat(signal(Map.of("X-API-Key", secret)).status()).isEqualTo(200);
        assertThat(signal(Map.of("authorization", "bearer " + secret)).status()).isEqualTo(200);
        assertThat(signal(Map.of("Authorization", "Basic " + secret)).status()).isEqualTo(401);
        Caller.Answer none = signal(Map.of());
        assertThat(none.status()).isEqualTo(401);
        assertThat(none.type()).isEqualTo("application/problem+json");
        assertThat(none.headers().firstValue("WWW-Authenticate"))
                .contains("Bearer realm=\"quirkwatch\"");
        assertThat(none.json().get("type").asString()).isEqualTo("/problems/unauthorized");
    }

    @Test
    void aPathInOtherLettersAsksForTheSame() {
        Map<String, String> score = keys.headers(TestKeys.Who.SCORE);
        for (String path :
                List.of(
                        "/v1/%6Beys",
                        "/v1/keys/",
                        "/v1//keys",
                        "/v1/keys;x=1",
                        "/v1/signals/../keys",
                        "/v1/signals/%2e%2e/keys",
                        "/V1/KEYS",
                        "/actuator/health/../prometheus",
                        "/console/../v1/keys")) {
            assertThat(get(path, score).status()).as(path).isIn(400, 403);
            assertThat(get(path, Map.of()).status()).as(path).isIn(400, 401);
        }
    }

    @Test
    void callersFindTheirOwnJobsAndAdministratorsAll() {
        Map<String, String> admin = keys.headers(TestKeys.Who.ADMIN);
        Map<String, String> score = keys.headers(TestKeys.Who.SCORE);
        Caller.Answer made =
                send(
                        "POST",
                        "/v1/keys",
                        admin,
                        "{\"name\": \"other-scorer\", \"scopes\": [\"score\"], \"expires_at\":"
                                + " \"2099-01-01T00:00:00Z\"}");
        Map<String, String> other = bearer(made.json().get("key").asString());
        Caller.Answer job =
                service.caller()
                        .send(
                                "POST",
                                "/v1/jobs",
                                with(score, "Content-Type", "application/x-ndjson"),
                                SIGNAL);
        assertThat(job.status()).isEqualTo(202);
        String path = "/v1/jobs/" + job.json().get("id").asString();
        assertThat(get(path, score).status()).isEqualTo(200);
        assertThat(get(path, admin).status()).isEqualTo(200);
        assertThat(get(path, other).status()).isEqualTo(404);
        assertThat(get("/v1/jobs", other).json().get("jobs")).isEmpty();
        assertThat(get("/v1/jobs", score).json().get("jobs")).hasSize(1);
        assertThat(send("DELETE", path, other, "").status()).isEqualTo(404);
        assertThat(send("DELETE", "/v1/keys/other-scorer", admin, "").status()).isEqualTo(200);
    }

    @Test
    void anAdministratorMakesRotatesAndRevokesKeysAndTheAuditSaysSo() throws Exception {
        Map<String, String> admin = keys.headers(TestKeys.Who.ADMIN);
        Caller.Answer made =
                send(
                        "POST",
                        "/v1/keys",
                        admin,
                        "{\"name\": \"trainer\", \"scopes\": [\"score\"], \"expires_at\":"
                                + " \"2099-01-01T00:00:00Z\"}");
        assertThat(made.status()).isEqualTo(200);
        String id = made.json().get("id").asString();
        String first = made.json().get("key").asString();
        assertThat(first).startsWith("qw_" + id + "_").hasSize(3 + 12 + 1 + 43);
        assertThat(signal(bearer(first)).status()).isEqualTo(200);
        assertThat(get("/v1/keys", bearer(first)).status()).isEqualTo(403);
        Caller.Answer listed = get("/v1/keys", admin);
        assertThat(listed.body()).contains("trainer").doesNotContain(first.substring(16));
        byte[] stored =
                store.jdbc()
                        .queryForObject(
                                "select secret_hash from api_key where key_id = ?",
                                byte[].class,
                                id);
        assertThat(stored).hasSize(32);

        String second =
                send("POST", "/v1/keys/trainer/rotate?overlap_hours=1", admin, "")
                        .json()
                        .get("key")
                        .asString();
        assertThat(second).isNotEqualTo(first);
        assertThat(signal(bearer(first)).status()).isEqualTo(200);
        assertThat(signal(bearer(second)).status()).isEqualTo(200);
        String third =
                send("POST", "/v1/keys/" + id + "/rotate?overlap_hours=0", admin, "")
                        .json()
                        .get("key")
                        .asString();
        assertThat(signal(bearer(first)).status()).isEqualTo(401);
        assertThat(signal(bearer(second)).status()).isEqualTo(401);
        assertThat(signal(bearer(third)).status()).isEqualTo(200);

        assertThat(send("DELETE", "/v1/keys/" + id, admin, "").status()).isEqualTo(200);
        assertThat(signal(bearer(third)).status()).isEqualTo(401);
        assertThat(send("DELETE", "/v1/keys/" + id, admin, "").status()).isEqualTo(404);
        assertThat(acts(admin).subList(0, 5))
                .containsExactly(
                        "sign-in-failed",
                        "key-revoked",
                        "sign-in-failed",
                        "sign-in-failed",
                        "key-rotated");
        JsonNode page = get("/v1/audit?act=key-revoked&limit=1", admin).json();
        JsonNode event = page.get("events").get(0);
        assertThat(event.get("by").asString()).isEqualTo("bootstrap");
        assertThat(event.get("subject").asString()).isEqualTo(id);
    }

    @Test
    void aKeyThatCannotBeMadeIsRefusedWithItsPlace() {
        Map<String, String> admin = keys.headers(TestKeys.Who.ADMIN);
        Map<String, String> wrong =
                Map.of(
                        "{\"name\": \"a b\", \"scopes\": [\"score\"]}",
                        "/name",
                        "{\"name\": \"token:x\", \"scopes\": [\"score\"]}",
                        "/name",
                        "{\"name\": \"x\", \"scopes\": []}",
                        "/scopes",
                        "{\"name\": \"x\", \"scopes\": [\"root\"]}",
                        "/scopes/0",
                        "{\"name\": \"x\", \"scopes\": [\"score\"], \"expires_at\": \"2020-01-01T00:00:00Z\"}",
                        "/expires_at",
                        "{\"name\": \"x\", \"scopes\": [\"score\"], \"expires_at\": \"soon\"}",
                        "/expires_at",
                        "{\"scopes\": [\"score\"]}",
                        "/name");
        wrong.forEach((body, pointer) -> {
            Caller.Answer answer = send("POST", "/v1/keys", admin, body);
            assertThat(answer.status()).as(body).isEqualTo(422);
            assertThat(answer.json().at("/errors/0/pointer").asString()).isEqualTo(pointer);
        });
        assertThat(
                        send(
                                        "POST",
                                        "/v1/keys",
                                        admin,
                                        "{\"name\": \"bootstrap\", \"scopes\": [\"score\"]}")
                                .json()
                                .get("type")
                                .asString())
                .isEqualTo("/problems/key-conflict");
        assertThat(send("POST", "/v1/keys/x/rotate?overlap_hours=721", admin, "").status())
                .isEqualTo(400);
    }

    @Test
    void aTokenOfTheIssuerOpensWhatItsScopesSay() {
        Instant later = Instant.now().plus(Duration.ofMinutes(5));
        String score = token(issuer, "score", later);
        assertThat(signal(bearer(score)).status()).isEqualTo(200);
        assertThat(get("/v1/reviews", bearer(score)).status()).isEqualTo(403);
        assertThat(get("/v1/reviews", bearer(token(issuer, "other review", later))).status())
                .isEqualTo(200);
        assertThat(get("/v1/models", bearer(token(issuer, "other", later))).status())
                .isEqualTo(403);
        assertThat(signal(bearer(token(issuer, "score", Instant.now().minusSeconds(300)))).status())
                .isEqualTo(401);
        assertThat(signal(bearer(token(keyPair(), "score", later))).status()).isEqualTo(401);
        assertThat(signal(bearer("x.y.z")).status()).isEqualTo(401);
        assertThat(signal(bearer("x")).json().get("type").asString())
                .isEqualTo("/problems/unauthorized");
    }

    @Test
    void aReviewerIsWhoeverProvedIt() {
        Map<String, String> reviewer = keys.headers(TestKeys.Who.REVIEW);
        assertThat(send("POST", "/v1/reviews/next", reviewer, "{}").status()).isEqualTo(200);
        assertThat(
                        send("POST", "/v1/reviews/next", reviewer, "{\"reviewer\": \"the-review\"}")
                                .status())
                .isEqualTo(200);
        Caller.Answer other =
                send("POST", "/v1/reviews/next", reviewer, "{\"reviewer\": \"somebody\"}");
        assertThat(other.status()).isEqualTo(422);
        assertThat(other.json().at("/errors/0/pointer").asString()).isEqualTo("/reviewer");
    }

    @Test
    void theConsoleSignsInByKeyAndItsCookieChangesNothingWithoutTheToken() {
        Caller.Answer before = get("/console/session", Map.of());
        assertThat(before.json().get("access").asBoolean()).isTrue();
        assertThat(before.json().get("signed_in").asBoolean()).isFalse();
        assertThat(signIn(keys.secret(TestKeys.Who.SCORE)).status()).isEqualTo(403);
        assertThat(signIn(keys.secret(TestKeys.Who.WRONG)).status()).isEqualTo(401);
        assertThat(signIn(keys.secret(TestKeys.Who.EXPIRED)).status()).isEqualTo(401);

        Caller.Answer in = signIn(keys.secret(TestKeys.Who.REVIEW));
        assertThat(in.status()).isEqualTo(200);
        List<String> cookies = in.headers().allValues("Set-Cookie");
        assertThat(cookies)
                .anySatisfy(c ->
                        assertThat(c)
                                .startsWith("quirkwatch-session=")
                                .contains("HttpOnly", "SameSite=Strict", "Path=/"))
                .anySatisfy(c ->
                        assertThat(c)
                                .startsWith("XSRF-TOKEN=")
                                .contains("SameSite=Strict", "Path=/")
                                .doesNotContain("HttpOnly"));
        String csrf = in.json().get("csrf").asString();
        String cookie = value(cookies, "quirkwatch-session");
        Map<String, String> session =
                Map.of("Cookie", "quirkwatch-session=" + cookie + "; XSRF-TOKEN=" + csrf);
        JsonNode who = get("/console/session", session).json();
        assertThat(who.get("name").asString()).isEqualTo("the-review");
        assertThat(who.get("csrf").asString()).isEqualTo(csrf);
        assertThat(get("/v1/reviews", session).status()).isEqualTo(200);
        assertThat(get("/v1/keys", session).status()).isEqualTo(403);

        Caller.Answer bare = send("POST", "/v1/reviews/next", session, "{}");
        assertThat(bare.status()).isEqualTo(403);
        assertThat(bare.json().get("detail").asString()).contains("X-XSRF-TOKEN");
        assertThat(
                        send("POST", "/v1/reviews/next", with(session, "X-XSRF-TOKEN", "x"), "{}")
                                .status())
                .isEqualTo(403);
        Map<String, String> whole = with(session, "X-XSRF-TOKEN", csrf);
        assertThat(send("POST", "/v1/reviews/next", whole, "{}").status()).isEqualTo(200);
        assertThat(
                        send(
                                        "POST",
                                        "/v1/reviews/next",
                                        with(whole, "Sec-Fetch-Site", "cross-site"),
                                        "{}")
                                .status())
                .isEqualTo(403);

        assertThat(send("DELETE", "/console/session", session, "").status()).isEqualTo(403);
        assertThat(send("DELETE", "/console/session", whole, "").status()).isEqualTo(200);
        assertThat(get("/v1/reviews", session).status()).isEqualTo(401);
        assertThat(get("/console/session", session).json().get("signed_in").asBoolean()).isFalse();
    }

    @Test
    void aSessionEndsWithItsKey() {
        Map<String, String> admin = keys.headers(TestKeys.Who.ADMIN);
        String secret =
                send("POST", "/v1/keys", admin, "{\"name\": \"short\", \"scopes\": [\"review\"]}")
                        .json()
                        .get("key")
                        .asString();
        String cookie =
                value(signIn(secret).headers().allValues("Set-Cookie"), "quirkwatch-session");
        Map<String, String> session = Map.of("Cookie", "quirkwatch-session=" + cookie);
        assertThat(get("/v1/reviews", session).status()).isEqualTo(200);
        assertThat(send("DELETE", "/v1/keys/short", admin, "").status()).isEqualTo(200);
        assertThat(get("/v1/reviews", session).status()).isEqualTo(401);
    }

    @Test
    void browsersAreToldToTrustThisSiteOnly() throws IOException {
        Caller.Answer answer = get("/console/session", Map.of());
        assertThat(answer.headers().firstValue("Content-Security-Policy").orElseThrow())
                .contains("default-src 'self'", "frame-ancestors 'none'")
                .doesNotContain("unsafe");
        assertThat(answer.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
        assertThat(answer.headers().firstValue("X-Frame-Options")).contains("DENY");
        assertThat(answer.headers().firstValue("Referrer-Policy")).contains("no-referrer");
        assertThat(answer.headers().firstValue("Access-Control-Allow-Origin")).isEmpty();
    }

    @Test
    void noSecretIsInALogAnAnswerOrTheActuator(CapturedOutput output) {
        String secret = keys.secret(TestKeys.Who.ADMIN);
        Map<String, String> admin = keys.headers(TestKeys.Who.ADMIN);
        List<String> answers = new ArrayList<>();
        answers.add(signal(bearer(secret + "x")).body());
        answers.add(send("POST", "/v1/keys", admin, "{\"name\": \"" + secret).body());
        answers.add(
                send("POST", "/console/session", Map.of(), "{\"key\": \"" + secret + "x\"}")
                        .body());
        answers.add(get("/v1/nothing?key=" + secret, admin).body());
        JsonNode links = get("/actuator", admin).json().get("_links");
        assertThat(links.propertyNames()).contains("env", "configprops", "loggers", "mappings");
        for (String link : links.propertyNames()) {
            if (!List.of("heapdump", "self").contains(link)
                    && !links.get(link).get("templated").asBoolean()) {
                answers.add(get("/actuator/" + link, admin).body());
            }
        }
        assertThat(answers).hasSizeGreaterThan(10);
        String random = secret.substring(16);
        for (String answer : answers) {
            assertThat(answer).doesNotContain(random).doesNotContain(PASSWORD);
        }
        assertThat(output.getAll()).doesNotContain(random).doesNotContain(PASSWORD);
    }

    @Test
    void anotherSitesPageMayChangeNothing() throws IOException {
        // By the name that the service was asked by, and by another that means this machine.
        assertThat(raw("POST", "localhost:" + service.port(), "Origin: http://evil.example"))
                .contains(" 403 ");
        assertThat(raw("POST", "localhost:" + service.port(), "Origin: null")).contains(" 403 ");
        assertThat(
                        raw(
                                "POST",
                                "localhost:" + service.port(),
                                "Origin: http://localhost:" + service.port()))
                .contains(" 401 ");
    }

    private String raw(String method, String host, String header) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), service.port())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream()
                    .write(
                            ("%s /v1/signals HTTP/1.1\r\nHost: %s\r\n%s\r\nContent-Type: application/json\r\n"
                                            + "Content-Length: 2\r\nConnection: close\r\n\r\n{}")
                                    .formatted(method, host, header)
                                    .getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<String> acts(Map<String, String> admin) {
        return get("/v1/audit", admin)
                .json()
                .get("events")
                .valueStream()
                .map(event -> event.get("act").asString())
                .toList();
    }

    private Caller.Answer signIn(String key) {
        return send("POST", "/console/session", Map.of(), "{\"key\": \"" + key + "\"}");
    }

    private Caller.Answer signal(Map<String, String> headers) {
        return send("POST", "/v1/signals", headers, SIGNAL);
    }

    private Caller.Answer get(String path, Map<String, String> headers) {
        return service.caller().send("GET", path, headers, "");
    }

    private Caller.Answer send(
            String method, String path, Map<String, String> headers, String body) {
        return service.caller()
                .send(method, path, with(headers, "Content-Type", "application/json"), body);
    }

    private static Map<String, String> with(
            Map<String, String> headers, String name, String value) {
        Map<String, String> more = new TreeMap<>(headers);
        more.put(name, value);
        return more;
    }

    private static Map<String, String> bearer(String token) {
        return Map.of("Authorization", "Bearer " + token);
    }

    private static String value(List<String> cookies, String name) {
        return cookies.stream()
                .filter(cookie -> cookie.startsWith(name + "="))
                .map(cookie -> cookie.substring(name.length() + 1, cookie.indexOf(';')))
                .findFirst()
                .orElseThrow();
    }

    private static String token(KeyPair signer, String scope, Instant expires) {
        try {
            SignedJWT token =
                    new SignedJWT(
                            new JWSHeader(JWSAlgorithm.RS256),
                            new JWTClaimsSet.Builder()
                                    .subject("user-1")
                                    .claim("scope", scope)
                                    .expirationTime(Date.from(expires))
                                    .build());
            token.sign(new RSASSASigner(signer.getPrivate()));
            return token.serialize();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private static KeyPair keyPair() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            return generator.generateKeyPair();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
