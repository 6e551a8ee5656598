package org.quirkwatch.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.quirkwatch.artifact.ArtifactDirectory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Signs an artifact.
@Command(
        name = "sign",
        description = {
            "Signs an artifact, after checking all of it: writes manifest.sig beside its manifest,"
                    + " which holds the digests of all the rest. A service that trusts the key's"
                    + " public half loads it (quirkwatch.artifact.trusted-keys).",
            ""
        },
        footer = {
            "",
            "Example:",
            "  openssl genpkey -algorithm ed25519 -out signer.pem",
            "  openssl pkey -in signer.pem -pubout -out signer.pub.pem",
            "  quirkwatch sign --key signer.pem detectors/mine",
            "  quirkwatch serve --quirkwatch.detector=detectors/mine"
                    + " --quirkwatch.artifact.require-signature=true"
                    + " --quirkwatch.artifact.trusted-keys=signer.pub.pem"
        })
final class SignCommand implements Callable<Integer> {

    @Option(
            names = "--key",
            paramLabel = "FILE.pem",
            required = true,
            description = "An Ed25519 private key (PKCS #8).")
    private Path key;

    @Parameters(paramLabel = "DIR", description = "The artifact.")
    private Path directory;

    @Override
    public Integer call() {
        ArtifactDirectory.sign(directory, key);
        return 0;
    }
}
