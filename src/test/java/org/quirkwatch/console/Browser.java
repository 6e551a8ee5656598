package org.quirkwatch.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.openqa.selenium.By;
import org.openqa.selenium.NoSuchElementException;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;
import org.openqa.selenium.support.ui.ExpectedConditions;
import org.openqa.selenium.support.ui.WebDriverWait;

/// A real browser: the Chromium of this machine, without a window. Nothing is downloaded.
final class Browser implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final ChromeDriver driver;

    private Browser(ChromeDriver driver) {
        this.driver = driver;
    }

    /// Whether this machine has a browser and its driver; where they are can be said by
    /// `QUIRKWATCH_TEST_CHROME` and `QUIRKWATCH_TEST_CHROMEDRIVER`.
    static boolean available() {
        return chrome().isPresent() && chromedriver().isPresent();
    }

    /// Opens one.
    ///
    /// @param width of the page, in CSS pixels
    /// @param height of the page
    /// @param scheme `light` or `dark`
    static Browser open(int width, int height, String scheme) {
        ChromeOptions options = new ChromeOptions();
        options.setBinary(chrome().orElseThrow().toString());
        // The sandbox needs rights that containers lack; what is shown is our own page.
        options.addArguments(
                "--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu");
        LoggingPreferences logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, Level.ALL);
        options.setCapability("goog:loggingPrefs", logs);
        ChromeDriverService service =
                new ChromeDriverService.Builder()
                        .usingDriverExecutable(chromedriver().orElseThrow().toFile())
                        .usingAnyFreePort()
                        .withLogOutput(OutputStream.nullOutputStream())
                        .build();
        Browser browser = new Browser(new ChromeDriver(service, options));
        browser.resize(width, height);
        browser.driver.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of(
                        "features",
                        List.of(
                                Map.of("name", "prefers-color-scheme", "value", scheme),
                                Map.of("name", "prefers-reduced-motion", "value", "reduce"))));
        return browser;
    }

    /// Narrower than a window can be: a phone's.
    void resize(int width, int height) {
        driver.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of(
                        "width",
                        width,
                        "height",
                        height,
                        "deviceScaleFactor",
                        1,
                        "mobile",
                        width < 600));
    }

    void go(String url) {
        driver.get(url);
    }

    /// Goes to another view of the page.
    void view(String hash) {
        driver.executeScript("location.hash = arguments[0]", hash);
    }

    /// An element, as soon as it is there.
    WebElement find(String css) {
        return Objects.requireNonNull(
                waiting("there is no " + css)
                        .until(ExpectedConditions.presenceOfElementLocated(By.cssSelector(css))));
    }

    int count(String css) {
        return driver.findElements(By.cssSelector(css)).size();
    }

    /// Waits until an element shows a text.
    void await(String css, String text) {
        waiting("%s does not show \"%s\"".formatted(css, text))
                .until(d ->
                        d.findElements(By.cssSelector(css)).stream()
                                .anyMatch(element -> shows(element, text)));
    }

    private static boolean shows(WebElement element, String text) {
        try {
            return element.getText().contains(text);
        } catch (StaleElementReferenceException e) {
            // It was replaced meanwhile: the next look finds the new one.
            return false;
        }
    }

    private WebDriverWait waiting(String otherwise) {
        WebDriverWait wait = new WebDriverWait(driver, PATIENCE);
        wait.withMessage(otherwise);
        return wait;
    }

    /// Clicks an element, as soon as it is there; one that is drawn anew meanwhile is looked for
    /// again.
    void click(String css) {
        waiting("there is no %s to click".formatted(css))
                .ignoring(NoSuchElementException.class, StaleElementReferenceException.class)
                .until(d -> {
                    d.findElement(By.cssSelector(css)).click();
                    return true;
                });
    }

    void write(String css, String text) {
        find(css).sendKeys(text);
    }

    /// Presses keys, wherever the focus is.
    void press(CharSequence... keys) {
        new Actions(driver).sendKeys(keys).perform();
    }

    /// What has the focus, as `tag#id` or `tag.class`.
    String focused() {
        return String.valueOf(
                driver.executeScript(
                        "const e = document.activeElement; return e.tagName.toLowerCase()"
                                + " + (e.id ? '#' + e.id : '')"));
    }

    /// The result of a script.
    @Nullable Object script(String script, Object... values) {
        return driver.executeScript(script, values);
    }

    /// How many pixels of the page lie beyond its right edge.
    long overflow() {
        Object pixels =
                script(
                        "return document.documentElement.scrollWidth -"
                                + " document.documentElement.clientWidth");
        return ((Number) Objects.requireNonNull(pixels)).longValue();
    }

    /// A picture of what is seen.
    void picture(Path file) {
        try {
            Path folder = file.toAbsolutePath().getParent();
            Files.createDirectories(Objects.requireNonNull(folder));
            Files.write(file, driver.getScreenshotAs(OutputType.BYTES));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Fails for whatever the browser complained of: errors of scripts, files that are not there,
    /// and what the content security policy forbids.
    void assertNoComplaints() {
        assertThat(driver.manage().logs().get(LogType.BROWSER))
                .filteredOn(entry -> entry.getLevel().intValue() >= Level.WARNING.intValue())
                .extracting(LogEntry::getMessage)
                .isEmpty();
    }

    /// Fails for what axe-core finds serious or worse on the page as it is.
    void assertAccessible() {
        driver.executeScript(axe());
        Object found =
                driver.executeAsyncScript(
                        "const done = arguments[0]; axe.run().then(r => done(r.violations"
                                + ".filter(v => ['serious', 'critical'].includes(v.impact))"
                                + ".map(v => v.id + ': ' + v.nodes.map(n => n.target + ' '"
                                + " + n.failureSummary).join(' | '))), e => done([String(e)]))");
        assertThat(found).isEqualTo(List.of());
    }

    private static String axe() {
        try (InputStream in = Browser.class.getResourceAsStream("/axe.min.js")) {
            return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        driver.quit();
    }

    private static Optional<Path> chrome() {
        return file("QUIRKWATCH_TEST_CHROME", "chromium", "chromium-browser", "google-chrome");
    }

    private static Optional<Path> chromedriver() {
        return file("QUIRKWATCH_TEST_CHROMEDRIVER", "chromedriver");
    }

    private static Optional<Path> file(String variable, String... names) {
        String given = System.getenv(variable);
        Stream<Path> candidates =
                given != null
                        ? Stream.of(Path.of(given))
                        : Stream.of(names).map(name -> Path.of("/usr/bin", name));
        return candidates.filter(Files::isExecutable).findFirst();
    }
}
