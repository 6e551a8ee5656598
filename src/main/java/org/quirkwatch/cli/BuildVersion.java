package org.quirkwatch.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;

/// The version that the build wrote down.
final class BuildVersion {

    private BuildVersion() {}

    /// The version as in `pom.xml`, or `unknown` where classes run that no build has packed.
    static String read() {
        try (InputStream in =
                BuildVersion.class.getResourceAsStream("/META-INF/build-info.properties")) {
            Properties properties = new Properties();
            if (in != null) {
                properties.load(in);
            }
            return properties.getProperty("build.version", "unknown");
        } catch (IOException e) {
            return "unknown";
        }
    }
}
