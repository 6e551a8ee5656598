package org.quirkwatch.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quirkwatch.detector.Aggregation;
import org.quirkwatch.problem.Problem;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/// Reports of results that are made up, names that are hostile among them.
class ReportTest {

    private static final String HOSTILE = "a</script><img src=x onerror=alert(1)>&\"'";
    private static final DetectorChoice DEFAULT = DetectorChoice.parse("activation/mahalanobis");

    @TempDir private Path folder;

    private final List<ResultLine> lines = new ArrayList<>();

    @BeforeEach
    void make() {
        for (String task : List.of("addition", "nli", HOSTILE)) {
            for (String shift : List.of("none", "easy-to-hard")) {
                ResultLine.Subject subject =
                        new ResultLine.Subject("quirky-" + task, task, task, shift, task + shift);
                lines.add(
                        new ResultLine.Quality(
                                "q" + lines.size(), subject, 1.5, 2.5, true, 0.9, 100));
                for (int seed = 0; seed < 2; seed++) {
                    lines.add(cell(subject, "activation", "mahalanobis", false, seed, 2));
                    lines.add(cell(subject, "activation", "quantum-entropy", true, seed, 3));
                    lines.add(cell(subject, "attribution-mean", "lof:k=5", false, seed, 0.2));
                }
                lines.add(failed(subject));
                lines.add(geometry(subject));
            }
        }
    }

    @Test
    void thePageIsWellFormedAndItsNamesAreUnique() throws Exception {
        Document page = page();
        Set<String> ids = new HashSet<>();
        NodeList all = page.getElementsByTagName("*");
        for (int i = 0; i < all.getLength(); i++) {
            Element element = (Element) all.item(i);
            if (element.hasAttribute("id")) {
                assertThat(ids.add(element.getAttribute("id"))).isTrue();
            }
        }
        NodeList links = page.getElementsByTagName("a");
        for (int i = 0; i < links.getLength(); i++) {
            assertThat(ids).contains(((Element) links.item(i)).getAttribute("href").substring(1));
        }
        assertThat(links.getLength()).isEqualTo(7 + 6);
    }

    @Test
    void thePageNeedsNothingElse() throws IOException {
        String html = html();
        assertThat(html).doesNotContain("http://", "https://", "src=\"", "@import", "url(");
        Matcher tags =
                Pattern.compile("<(img|link|iframe|object|embed|base|form)\\b").matcher(html);
        assertThat(tags.find()).isFalse();
        assertThat(html)
                .contains("prefers-color-scheme: dark", "@media print", "width=device-width");
    }

    @Test
    void hostileNamesStayTexts() throws IOException {
        assertThat(html())
                .doesNotContain(HOSTILE)
                .contains("a&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;&amp;&quot;&#39;");
        assertThat(Html.escaped("\u0000\u001b[1m")).isEqualTo("\uFFFD\uFFFD[1m");
    }

    @Test
    void everyPictureSaysWhatItShowsAndEveryTableHasHeads() throws Exception {
        Document page = page();
        NodeList pictures = page.getElementsByTagName("svg");
        int named = 0;
        for (int i = 0; i < pictures.getLength(); i++) {
            Element picture = (Element) pictures.item(i);
            if (picture.getAttribute("role").equals("img")) {
                named++;
                assertThat(picture.getElementsByTagName("title").item(0).getTextContent())
                        .isNotBlank();
                assertThat(picture.getElementsByTagName("desc").item(0).getTextContent())
                        .isNotBlank();
            } else {
                assertThat(picture.getAttribute("aria-hidden")).isEqualTo("true");
            }
        }
        // Curves, scores, plane and p-values of each of six.
        assertThat(named).isEqualTo(24);
        NodeList heads = page.getElementsByTagName("th");
        for (int i = 0; i < heads.getLength(); i++) {
            assertThat(((Element) heads.item(i)).getAttribute("scope")).isIn("row", "col");
        }
        assertThat(
                        ((Element) page.getElementsByTagName("table").item(0))
                                .getAttribute("aria-label"))
                .isNotBlank();
    }

    @Test
    void picturesHoldNoPlaceThatIsNoNumber() throws IOException {
        String html = html();
        assertThat(html.substring(0, html.indexOf("<script>"))).doesNotContain("NaN", "Infinity");
    }

    @Test
    void theSummaryNamesTheDefaultAndTheBest() throws IOException {
        html();
        String markdown = Files.readString(folder.resolve("report.md"));
        Overview overview = Overview.of(lines, "activation/mahalanobis");
        Overview.Entry entry =
                overview.entries().stream()
                        .filter(e -> e.subject().data().equals("addition"))
                        .findFirst()
                        .orElseThrow();
        assertThat(entry.best(false).orElseThrow().name()).isEqualTo("activation/mahalanobis");
        assertThat(entry.best(true).orElseThrow().name()).isEqualTo("activation/quantum-entropy");
        Overview.Scored scored = entry.detector("activation/mahalanobis").orElseThrow();
        assertThat(scored.cells()).hasSize(2);
        assertThat(scored.auroc())
                .isEqualTo(
                        scored.shown().stream()
                                .mapToDouble(ResultLine.Aggregated::auroc)
                                .average()
                                .orElseThrow());
        assertThat(markdown)
                .contains(
                        "| addition, no shift | 1.50 | 2.50 | 2.00 | %s ["
                                .formatted(Numbers.share(scored.auroc())))
                .contains("| addition | activation/mahalanobis |")
                .contains("| addition, no shift | activation/vae | it is broken |");
    }

    @Test
    void theSameResultsGiveTheSamePage() throws IOException {
        String once = html();
        assertThat(html()).isEqualTo(once);
    }

    @Test
    void withoutResultsThereIsNoReport() {
        assertThatThrownBy(() ->
                        Report.write(
                                List.of(),
                                DEFAULT,
                                folder.resolve("a.html"),
                                folder.resolve("a.md")))
                .isInstanceOf(Problem.class)
                .hasMessage("there is no result to write a report of");
        assertThat(folder.resolve("a.html")).doesNotExist();
    }

    @Test
    void publishedNumbersAreThereForEveryTaskOfThePaper() {
        List<Published> all = Published.all();
        assertThat(all).hasSize(47 + 90);
        assertThat(all).allSatisfy(p -> assertThat(p.auroc()).isBetween(0.0, 1.0));
        assertThat(all.stream().map(Published::task).distinct()).hasSize(10);
        assertThat(all)
                .contains(
                        new Published(
                                "Mistral 7B", "nli", "attribution-mean/lof", 0.925, "update 1"));
        all.forEach(p -> DetectorChoice.parse(p.detector()));
    }

    @Test
    void axesHaveRoundMarksWithinTheirSpan() {
        assertThat(Axis.unit("x").ticks().stream().map(Axis.Tick::text))
                .containsExactly("0.0", "0.2", "0.4", "0.6", "0.8", "1.0");
        Axis far = Axis.asinh("x", new Interval(-3, Axis.asinh(2e4)));
        assertThat(far.ticks().stream().map(Axis.Tick::text)).contains("0", "100", "10000");
        assertThat(far.ticks())
                .allSatisfy(t -> assertThat(t.place()).isBetween(-3.0, Axis.asinh(2e4)))
                .isSortedAccordingTo(java.util.Comparator.comparingDouble(Axis.Tick::place));
    }

    @Test
    void coloursGoUpWithTheNumber() {
        int last = -1;
        for (double value : new double[] {0, 0.3, 0.45, 0.5, 0.6, 0.7, 0.85, 0.95, 1}) {
            int step = HeatMap.step(value);
            assertThat(step).isGreaterThan(last);
            last = step;
        }
        assertThat(last).isEqualTo(8);
        assertThat(HeatMap.step(0.5)).isEqualTo(3);
    }

    private String html() throws IOException {
        Path html = folder.resolve("report.html");
        Report.write(lines, DEFAULT, html, folder.resolve("report.md"));
        return Files.readString(html);
    }

    /// The page is HTML that is XML too, but for what stands in its head and its script.
    private Document page() throws Exception {
        String html = html();
        String body = html.substring(html.indexOf("<body>"), html.indexOf("<script>")) + "</body>";
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        return factory.newDocumentBuilder().parse(new InputSource(new StringReader(body)));
    }

    private static ResultLine.Cell cell(
            ResultLine.Subject subject,
            String feature,
            String rule,
            boolean offline,
            int seed,
            double shift) {
        SplittableRandom random = new SplittableRandom(seed + feature.hashCode());
        double[] trusted = random.doubles(200).toArray();
        double[] normal = random.doubles(200).toArray();
        double[] anomalous = random.doubles(200).map(u -> u + shift).toArray();
        Ranking ranking = Ranking.of(normal, anomalous);
        Optional<Interval> interval =
                Optional.of(new Interval(ranking.auroc() - 0.01, ranking.auroc() + 0.01));
        double[] pValues = random.doubles(200).toArray();
        List<ResultLine.Aggregated> aggregated =
                Stream.of(Aggregation.MEAN, Aggregation.STANDARDISED_MEAN)
                        .map(a ->
                                new ResultLine.Aggregated(
                                        a.text(),
                                        ranking.auroc(),
                                        interval,
                                        ranking.averagePrecision(),
                                        interval,
                                        new ResultLine.Subset(
                                                OptionalDouble.empty(),
                                                OptionalDouble.empty(),
                                                0,
                                                3),
                                        new ResultLine.Subset(
                                                OptionalDouble.of(0.7),
                                                OptionalDouble.of(0.7),
                                                3,
                                                3),
                                        ranking.filterRemainder(),
                                        List.of(
                                                new ResultLine.Flags(
                                                        0.05,
                                                        0.04,
                                                        0.9,
                                                        new Interval(0.02, 0.07),
                                                        new Interval(0.01, 0.09))),
                                        Uniformity.of(pValues)))
                        .toList();
        return new ResultLine.Cell(
                "c" + subject.rowsDigest() + feature + rule + seed,
                subject,
                new ResultLine.Detector(feature, rule, offline, "", seed, 0.3),
                Optional.of(
                        new ResultLine.Result(
                                new ResultLine.Counts(100, 20, 80, 200, 200),
                                List.of(
                                        new ResultLine.Layer("blocks.0.hook_resid_post", 0.5, 0.5),
                                        new ResultLine.Layer("blocks.1.hook_resid_post", 0.9, 0.9)),
                                aggregated,
                                Optional.of(
                                        Shown.of(
                                                Aggregation.STANDARDISED_MEAN,
                                                ranking,
                                                trusted,
                                                normal,
                                                anomalous,
                                                pValues)))),
                Optional.empty(),
                0.5);
    }

    private static ResultLine.Cell failed(ResultLine.Subject subject) {
        return new ResultLine.Cell(
                "f" + subject.rowsDigest(),
                subject,
                new ResultLine.Detector("activation", "vae", false, "", 0, 0.3),
                Optional.empty(),
                Optional.of("it is broken"),
                0);
    }

    private static ResultLine.Geometry geometry(ResultLine.Subject subject) {
        Map<String, List<double[]>> points = new LinkedHashMap<>();
        for (String name : List.of("trusted", "normal", "anomalous")) {
            points.put(name, List.of(new double[] {name.length(), 2}, new double[] {3, -4e-5}));
        }
        return new ResultLine.Geometry(
                "g" + subject.rowsDigest(),
                subject,
                "activation",
                Map.of("blocks.1.hook_resid_post", 2.0),
                2,
                "blocks.1.hook_resid_post",
                points);
    }
}
