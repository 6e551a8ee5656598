package org.quirkwatch.scoring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.quirkwatch.verdictlog.Store;

/// Starts the service as a process of its own, with settings that it cannot use.
class StartFailureTest {

    private record Ended(int code, String output) {}

    @Test
    void aModelThatIsNotThereEndsTheStartWithOneClearLine() throws Exception {
        Ended ended = start("--quirkwatch.model=no/such/model");

        assertThat(ended.code()).isEqualTo(1);
        assertThat(ended.output()).doesNotContain("\tat ").doesNotContain("Exception");
        assertThat(ended.output().lines())
                .containsOnlyOnce(
                        "\"model\": there is no such folder, expected a Hugging Face model"
                                + " directory");
    }

    @Test
    void aLevelThatTheCalibrationCannotReachEndsTheStartAndSaysWhy() throws Exception {
        Ended ended =
                start(
                        "--quirkwatch.model=" + TinyDetector.MODEL,
                        "--quirkwatch.detector=" + TinyDetector.directory(),
                        "--quirkwatch.device=cpu",
                        "--quirkwatch.policies.strict.alpha-discard=0.0001");

        assertThat(ended.code()).isEqualTo(1);
        assertThat(ended.output()).doesNotContain("\tat ").doesNotContain("Exception");
        assertThat(
                        ended.output()
                                .lines()
                                .filter(line ->
                                        line.startsWith("policy strict, alpha_discard")
                                                && line.contains("1.0E-4")
                                                && line.contains("1/(n + 1)")))
                .hasSize(1);
    }

    @Test
    void aDetectorThatNobodySignedEndsTheStartWhereSignaturesAreRequired(@TempDir Path folder)
            throws Exception {
        byte[] key =
                KeyPairGenerator.getInstance("Ed25519").generateKeyPair().getPublic().getEncoded();
        Path pem =
                Files.writeString(
                        folder.resolve("signer.pub.pem"),
                        "-----BEGIN PUBLIC KEY-----\n%s\n-----END PUBLIC KEY-----\n"
                                .formatted(Base64.getEncoder().encodeToString(key)));
        Ended ended =
                start(
                        "--quirkwatch.model=" + TinyDetector.MODEL,
                        "--quirkwatch.detector=" + TinyDetector.directory(),
                        "--quirkwatch.device=cpu",
                        "--quirkwatch.artifact.require-signature=true",
                        "--quirkwatch.artifact.trusted-keys=" + pem);

        assertThat(ended.code()).isEqualTo(1);
        assertThat(ended.output()).doesNotContain("\tat ").doesNotContain("Exception");
        assertThat(ended.output())
                .contains(
                        "tiny has no manifest.sig, and only artifacts that a trusted key signed are"
                                + " loaded");
    }

    @Test
    void accessThatIsSwitchedOffForOthersEndsTheStart() throws Exception {
        Ended ended =
                start(
                        "--quirkwatch.access.enabled=false",
                        "--server.address=0.0.0.0",
                        "--quirkwatch.model=" + TinyDetector.MODEL,
                        "--quirkwatch.detector=" + TinyDetector.directory(),
                        "--quirkwatch.device=cpu");

        assertThat(ended.code()).isEqualTo(1);
        assertThat(ended.output()).doesNotContain("\tat ").doesNotContain("Exception");
        assertThat(ended.output()).contains("server.address is not a loopback address");
    }

    @Test
    void aLogThatCannotBeOpenedEndsTheStartAndSaysWhatToDo() throws Exception {
        Ended noDirectory = startLogging("--quirkwatch.data=pom.xml");
        assertThat(noDirectory.code()).isEqualTo(1);
        assertThat(noDirectory.output())
                .doesNotContain("\tat ")
                .contains("quirkwatch.data is \"pom.xml\"")
                .contains("quirkwatch.verdict-log.enabled=false");

        try (Store taken = Store.embedded()) {
            Ended second = startLogging("--quirkwatch.data=" + Store.directory(taken));
            assertThat(second.code()).isEqualTo(1);
            assertThat(second.output())
                    .doesNotContain("\tat ")
                    .contains("in use by another process")
                    .contains("one PostgreSQL");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"true", "false"})
    void aKeyOfTokensThatIsNoneEndsTheStartWithoutShowingIt(String enabled, @TempDir Path folder)
            throws Exception {
        byte[] key =
                KeyPairGenerator.getInstance("RSA").generateKeyPair().getPrivate().getEncoded();
        String secret = Base64.getMimeEncoder().encodeToString(key);
        Path pem =
                Files.writeString(
                        folder.resolve("issuer.pem"),
                        "-----BEGIN PRIVATE KEY-----\n%s\n-----END PRIVATE KEY-----\n"
                                .formatted(secret));
        Ended ended =
                start(
                        "--quirkwatch.access.enabled=" + enabled,
                        "--spring.security.oauth2.resourceserver.jwt.public-key-location=file:"
                                + pem);

        assertThat(ended.code()).isEqualTo(1);
        assertThat(ended.output())
                .doesNotContain("\tat ")
                .doesNotContain(secret.substring(0, 40))
                .contains("public-key-location is an RSA public key in PEM");
    }

    @Test
    void tablesThatCannotBeBroughtUpToDateEndTheStartBeforeAnythingIsServed() throws Exception {
        String directory;
        try (Store store = Store.embedded()) {
            // As another build would have left it.
            int changed =
                    store.jdbc()
                            .update(
                                    "update \"flyway_schema_history\" set \"checksum\" = 1 where"
                                            + " \"version\" = '1'");
            assertThat(changed).isEqualTo(1);
            directory = Store.directory(store);
        }
        Ended ended = startLogging("--quirkwatch.data=" + directory);
        assertThat(ended.code()).isEqualTo(1);
        assertThat(ended.output())
                .doesNotContain("\tat ")
                .doesNotContain("Tomcat started")
                .contains("version 1 (verdict log)")
                .contains("the tables are of another build: start that one");
    }

    @Test
    void tablesOfANewerVersionEndTheStart() throws Exception {
        String directory;
        try (Store store = Store.embedded()) {
            store.jdbc()
                    .update(
                            "insert into \"flyway_schema_history\" (\"installed_rank\", \"version\","
                                    + " \"description\", \"type\", \"script\", \"checksum\","
                                    + " \"installed_by\", \"execution_time\", \"success\") values"
                                    + " (99, '99', 'later', 'SQL', 'V99__later.sql', 1, 'x', 1, true)");
            directory = Store.directory(store);
        }
        Ended ended = startLogging("--quirkwatch.data=" + directory);
        assertThat(ended.code()).isEqualTo(1);
        assertThat(ended.output())
                .doesNotContain("\tat ")
                .doesNotContain("Tomcat started")
                .contains("nothing is served")
                .contains("version 99 (later), and this program knows no more than version ");
    }

    @Test
    void aDatabaseThatIsNotReachedEndsTheStartAfterAFewTries() throws Exception {
        Ended ended = startLogging("--spring.datasource.url=jdbc:postgresql://127.0.0.1:1/none");
        assertThat(ended.code()).isEqualTo(1);
        assertThat(ended.output())
                .doesNotContain("\tat ")
                .doesNotContain("Tomcat started")
                .contains("Retrying")
                .contains("the verdict log in PostgreSQL is not usable: it cannot be opened")
                .contains("127.0.0.1:1 refused")
                .contains("see that it runs");
    }

    private static Ended startLogging(String property) throws IOException, InterruptedException {
        return start(
                "--quirkwatch.verdict-log.enabled=true",
                "--quirkwatch.model=" + TinyDetector.MODEL,
                "--quirkwatch.detector=" + TinyDetector.directory(),
                "--quirkwatch.device=cpu",
                property);
    }

    private static Ended start(String... properties) throws IOException, InterruptedException {
        ServiceProcess process = ServiceProcess.start(properties);
        return new Ended(process.exitCode(), process.output());
    }
}
