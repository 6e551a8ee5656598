package org.quirkwatch.signal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

class SignalParserTest {

    private static final SignalLimits LIMITS = new SignalLimits(2_000, 10, 100, 20, 3, 60);

    private final SignalParser parser =
            new SignalParser(LIMITS, LabelRule.REQUIRED, () -> "made-up");

    @Test
    void readsEveryField() {
        Signal signal =
                parse(
                        """
                        {"id": "s-17", "prompt": "2 + 2 = 4?\\n", "label": " Yes",
                         "choices": [" No", " Yes"], "policy": "strict",
                         "metadata": {"row": 3, "share": 0.5, "tags": ["a", null], "none": null}}
                        """);

        assertThat(signal.id()).isEqualTo("s-17");
        assertThat(signal.prompt()).isEqualTo("2 + 2 = 4?\n");
        assertThat(signal.label()).isEqualTo(" Yes");
        assertThat(signal.choices()).containsExactly(" No", " Yes");
        assertThat(signal.policy()).isEqualTo("strict");
        assertThat(signal.metadata()).containsOnlyKeys("row", "share", "tags");
        assertThat(signal.metadata()).containsEntry("row", 3L).containsEntry("share", 0.5);
    }

    @Test
    void makesAnIdWhereNoneIsGivenAndTakesNullForAbsent() {
        Signal signal =
                parse(
                        """
                        {"prompt": "p", "label": "l", "id": null, "choices": null, "policy": null,
                         "metadata": null}
                        """);

        assertThat(signal)
                .isEqualTo(new Signal("made-up", "p", "l", List.of(), null, Map.of(), false));
    }

    @Test
    void readsASignalWithoutLabelWhereTheRuleSaysSo() {
        SignalParser lenient = new SignalParser(LIMITS, LabelRule.OPTIONAL, () -> "x");

        assertThat(lenient.parse(utf8("{\"prompt\": \"p\"}")).label()).isNull();
        assertThat(faults("{\"prompt\": \"p\"}")).containsOnlyKeys("/label");
        Problem withChoices =
                problem(() ->
                        lenient.parse(utf8("{\"prompt\": \"p\", \"choices\": [\"a\",\"b\"]}")));
        assertThat(withChoices.errors()).extracting("pointer").containsExactly("/label");
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = '|',
            textBlock =
                    """
                    {"prompt": "p", "label": 7}                          | /label     | a string was expected, got a number
                    {"prompt": ["p"], "label": "l"}                      | /prompt    | a string was expected, got an array
                    {"prompt": true, "label": "l"}                       | /prompt    | a string was expected, got a boolean
                    {"label": "l"}                                       | /prompt    | a string is required
                    {"prompt": "p"}                                      | /label     | a string is required
                    {"prompt": null, "label": "l"}                       | /prompt    | a string is required
                    {"prompt": "", "label": "l"}                         | /prompt    | the text is empty
                    {"prompt": " \\n\\t ", "label": "l"}                 | /prompt    | the text is blank
                    {"prompt": "p", "label": ""}                         | /label     | the text is empty
                    {"prompt": "p", "label": "  "}                       | /label     | the text is blank
                    {"prompt": "p", "label": "l", "id": ""}              | /id        | the text is empty
                    {"prompt": "p", "label": "l", "id": " "}             | /id        | the text is blank
                    {"prompt": "p", "label": "l", "id": "a\\nb"}         | /id        | control characters are not allowed here, got "a\\u000ab"
                    {"prompt": "p", "label": "l", "id": 3}               | /id        | a string was expected, got a number
                    {"prompt": "p", "label": "l", "id": "12345678901"}   | /id        | 11 characters, at most 10
                    {"prompt": "a\\u0000b", "label": "l"}                | /prompt    | a NUL character (U+0000) at 1 is not text
                    {"prompt": "a\\ud800b", "label": "l"}                | /prompt    | a lone surrogate is not text
                    {"prompt": "p", "label": "\\udc00"}                  | /label     | a lone surrogate is not text
                    {"prompt": "p", "label": "l", "metadata": 3}         | /metadata  | an object was expected, got a number
                    {"prompt": "p", "label": "l", "metadata": {"\\ud800": 1}} | /metadata | a lone surrogate is not text
                    {"prompt": "p", "label": "l", "metadata": {"a": "01234567890123456789012345678901234567890123456789012"}} | /metadata | 61 bytes, at most 60
                    {"prompt": "p", "label": "l", "choices": "l"}        | /choices   | an array of strings was expected, got a string
                    {"prompt": "p", "label": "l", "choices": []}         | /choices   | 2 to 3 choices were expected, got 0
                    {"prompt": "p", "label": "l", "choices": ["l"]}      | /choices   | 2 to 3 choices were expected, got 1
                    {"prompt": "p", "label": "l", "choices": ["l","m","n","o"]} | /choices | 2 to 3 choices were expected, got 4
                    {"prompt": "p", "label": "l", "choices": ["l","m","l"]} | /choices/2 | "l" stands twice
                    {"prompt": "p", "label": "l", "choices": ["l", null]} | /choices/1 | a string was expected, got nothing
                    {"prompt": "p", "label": "l", "choices": ["m","n"]}  | /label     | "l" is not among the 2 choices
                    {"prompt": "p", "label": "l", "choises": ["l","m"]}  | /choises   | "choises" is not a field here: expected id, prompt, label, choices, policy, metadata
                    {"prompt": "p", "label": "l", "a/b~": 1}             | /a~1b~0    | "a/b~" is not a field here: expected id, prompt, label, choices, policy, metadata
                    """)
    void namesThePlaceAndTheExpectation(String json, String pointer, String detail) {
        assertThat(faults(json)).containsExactlyEntriesOf(Map.of(pointer, detail));
    }

    @Test
    void reportsEveryFaultOfASignalAtOnce() {
        assertThat(
                        faults(
                                """
                                {"prompt": "", "labl": "x", "choices": ["a"], "policy": 1}
                                """))
                .containsOnlyKeys("/labl", "/prompt", "/label", "/choices", "/policy");
    }

    @Test
    void boundsTheNumberOfFaultsThatItLists() {
        StringBuilder json = new StringBuilder("{\"prompt\": \"p\", \"label\": \"l\"");
        for (int i = 0; i < 90; i++) {
            json.append(", \"f").append(i).append("\": 0");
        }
        Problem problem = problem(() -> parse(json.append('}').toString()));

        assertThat(problem.errors()).hasSize(50);
        assertThat(problem.detail()).isEqualTo("the signal has 90 faults, the first 50 are listed");
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "\"text\"", "3", "null", "true"})
    void refusesAnythingButAnObject(String json) {
        Problem problem = problem(() -> parse(json));

        assertThat(problem.code()).isEqualTo(ProblemCode.INVALID_SIGNAL);
        assertThat(problem.errors()).extracting("pointer").containsExactly("");
    }

    @Test
    void refusesMoreBytesThanOneSignalMayHave() {
        Problem problem = problem(() -> parse(" ".repeat(2_001)));

        assertThat(problem.code()).isEqualTo(ProblemCode.PAYLOAD_TOO_LARGE);
        assertThat(problem.detail()).isEqualTo("a signal has 2001 bytes, at most 2000");
    }

    @Test
    void readsABatchInOrderAndPointsIntoIt() {
        String good = "{\"id\": \"%s\", \"prompt\": \"p\", \"label\": \"l\"}";
        String batch = "{\"signals\": [" + good.formatted("a") + "," + good.formatted("b") + "]}";

        assertThat(parser.parseBatch(utf8(batch), 2)).extracting("id").containsExactly("a", "b");
        Problem problem =
                problem(() ->
                        parser.parseBatch(
                                utf8(
                                        "{\"signals\": [%s, {\"prompt\": \"p\"}, 3]}"
                                                .formatted(good.formatted("a"))),
                                3));
        assertThat(problem.errors())
                .extracting("pointer")
                .containsExactly("/signals/1/label", "/signals/2");
    }

    @Test
    void refusesABatchOfTheWrongSizeOrShape() {
        String good = "{\"prompt\": \"p\", \"label\": \"l\"}";
        Problem large =
                problem(() ->
                        parser.parseBatch(utf8("{\"signals\": [%s,%s]}".formatted(good, good)), 1));

        assertThat(large.code()).isEqualTo(ProblemCode.PAYLOAD_TOO_LARGE);
        assertThat(large.detail()).isEqualTo("the batch has 2 signals, at most 1");
        for (String json :
                List.of("{}", "{\"signals\": []}", "{\"signals\": 3}", "[]", "{\"signal\": []}")) {
            Problem problem = problem(() -> parser.parseBatch(utf8(json), 5));
            assertThat(problem.code()).isEqualTo(ProblemCode.INVALID_SIGNAL);
            assertThat(problem.errors()).isNotEmpty();
        }
    }

    private Signal parse(String json) {
        return parser.parse(utf8(json));
    }

    private Map<String, String> faults(String json) {
        Problem problem = problem(() -> parse(json));
        assertThat(problem.code()).isEqualTo(ProblemCode.INVALID_SIGNAL);
        return problem.errors().stream()
                .collect(
                        java.util.stream.Collectors.toMap(
                                Problem.FieldError::pointer, Problem.FieldError::detail));
    }

    private static Problem problem(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        return java.util.Objects.requireNonNull(catchThrowableOfType(Problem.class, call));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
