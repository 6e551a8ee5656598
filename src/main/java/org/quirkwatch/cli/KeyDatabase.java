package org.quirkwatch.cli;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.quirkwatch.access.KeyStore;
import org.quirkwatch.web.Scope;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/// Which database the commands around keys work on: as the service is told, by the same
/// environment.
final class KeyDatabase {

    private static final Pattern DURATION = Pattern.compile("(\\d{1,5})([smhd])");

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description =
                    "Directory of the embedded database (default: QUIRKWATCH_DATA, or"
                            + " quirkwatch-data).")
    private Optional<String> data = Optional.empty();

    @Option(
            names = "--url",
            paramLabel = "JDBC",
            description =
                    "Another database, such as jdbc:postgresql://host/quirkwatch (default:"
                            + " SPRING_DATASOURCE_URL). User and password come from"
                            + " SPRING_DATASOURCE_USERNAME and SPRING_DATASOURCE_PASSWORD.")
    private Optional<String> url = Optional.empty();

    KeyStore open() {
        return KeyStore.open(
                url.orElse(System.getenv("SPRING_DATASOURCE_URL")),
                System.getenv("SPRING_DATASOURCE_USERNAME"),
                System.getenv("SPRING_DATASOURCE_PASSWORD"),
                data.or(() -> Optional.ofNullable(System.getenv("QUIRKWATCH_DATA")))
                        .orElse("quirkwatch-data"));
    }

    /// Who is written down as having done it.
    static String by() {
        return "command:" + System.getProperty("user.name", "unknown");
    }

    /// One line of a result.
    static byte[] line(String text) {
        return (text + "\n").getBytes(StandardCharsets.UTF_8);
    }

    /// `30s`, `15m`, `24h`, `90d`.
    static Duration duration(String text) {
        Matcher matcher = DURATION.matcher(text);
        if (!matcher.matches()) {
            throw new TypeConversionException(
                    "a number and s, m, h or d was expected, such as 90d, got \"%s\""
                            .formatted(text));
        }
        long number = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            default -> Duration.ofDays(number);
        };
    }

    /// `score`, `review`, `admin`.
    static Scope scope(String text) {
        return Scope.of(text)
                .orElseThrow(() ->
                        new TypeConversionException(
                                "score, review or admin was expected, got \"%s\"".formatted(text)));
    }
}
