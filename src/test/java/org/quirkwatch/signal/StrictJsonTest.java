package org.quirkwatch.signal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

class StrictJsonTest {

    @Test
    void readsEveryKindOfValue() {
        Object value =
                StrictJson.parse(
                        "{\"a\": [1, -2.5e3, 123456789012345678901234567890, true, false, null],"
                                .concat(" \"ü\": \"\\ud83d\\ude00\"}")
                                .getBytes(UTF_8));

        assertThat(value)
                .isEqualTo(
                        Map.of(
                                "a",
                                Arrays.asList(
                                        1L,
                                        -2500.0,
                                        new BigInteger("123456789012345678901234567890"),
                                        true,
                                        false,
                                        null),
                                "ü",
                                "😀"));
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = '|',
            textBlock =
                    """
                    {"a":1,}            | line 1, column 8: unexpected "}"
                    {"a" 1}             | line 1, column 6: unexpected "1"
                    {"a":tru}           | line 1, column 6: unexpected "t"
                    {'a':1}             | line 1, column 2: unexpected "'"
                    {"a":01}            | line 1, column 7: unexpected "1"
                    {"a":NaN}           | line 1, column 9: NaN and Infinity are not JSON
                    {"a":1} x           | line 1, column 9: unexpected "x"
                    {"a":1} {}          | line 1, column 9: there is more after the end of the value
                    {"a":1,"a":2}       | line 1, column 8: "a" stands twice in one object
                    {"a":1e999}         | line 1, column 6: the number is larger than a double can hold
                    {"a":               | line 1, column 6: the text ends in the middle of a value
                    {"a":"x             | line 1, column 8: the text ends in the middle of a value
                    ``                  | there is no JSON value in the body
                    """)
    void saysWhereTheTextStopsBeingJson(String json, String detail) {
        assertThat(fault(json.getBytes(UTF_8))).isEqualTo(detail);
    }

    @Test
    void countsLines() {
        assertThat(fault("{\n \"a\": 1,\n b}".getBytes(UTF_8)))
                .isEqualTo("line 3, column 2: unexpected \"b\"");
    }

    @Test
    void refusesBytesThatAreNotUtf8() {
        assertThat(fault("{\"a\": \"é\"}".getBytes(ISO_8859_1)))
                .isEqualTo("the byte at offset 7 is not UTF-8");
        byte[] encodedSurrogate = {'"', (byte) 0xed, (byte) 0xa0, (byte) 0x80, '"'};
        assertThat(fault(encodedSurrogate)).isEqualTo("the byte at offset 1 is not UTF-8");
        byte[] overlong = {'"', (byte) 0xc0, (byte) 0xaf, '"'};
        assertThat(fault(overlong)).isEqualTo("the byte at offset 1 is not UTF-8");
        byte[] cutOff = {'"', (byte) 0xe2, (byte) 0x82};
        assertThat(fault(cutOff)).isEqualTo("the byte at offset 1 is not UTF-8");
        assertThat(fault("\uFEFF{}".getBytes(UTF_8))).contains("byte order mark");
    }

    @Test
    void boundsDepthAndDigits() {
        String deep = "[".repeat(33) + "]".repeat(33);
        assertThat(fault(deep.getBytes(UTF_8)))
                .isEqualTo("line 1, column 33: the value is nested deeper than 32 levels");
        assertThat(StrictJson.parse(deep.substring(1, 65).getBytes(UTF_8)))
                .isInstanceOf(List.class);
        assertThat(fault("[".repeat(200_000).getBytes(UTF_8))).contains("nested deeper");
        assertThat(fault("9".repeat(100_000).getBytes(UTF_8)))
                .isEqualTo("line 1, column 1: a number has 100000 characters, at most 400");
    }

    private static String fault(byte[] utf8) {
        Problem problem =
                Objects.requireNonNull(
                        catchThrowableOfType(Problem.class, () -> StrictJson.parse(utf8)));
        assertThat(problem.code()).isEqualTo(ProblemCode.MALFORMED_JSON);
        assertThat(problem.detail()).doesNotContain("jackson").doesNotContain("Source");
        return problem.detail();
    }
}
