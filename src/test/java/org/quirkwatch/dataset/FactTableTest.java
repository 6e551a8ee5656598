package org.quirkwatch.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class FactTableTest {

    private static final List<String> COLUMNS = List.of("city", "people");

    @Test
    void remarksAndEmptyLinesAreLeftOutAndCellsMayBeEmpty() {
        FactTable table = parse("# a remark\ncity\tpeople\n\nZürich\t430000\n# more\nBern\t\n");
        assertThat(table.rows()).containsExactly(List.of("Zürich", "430000"), List.of("Bern", ""));
    }

    @Test
    void mistakesNameFileLineAndWhatWasExpected() {
        assertThatThrownBy(() -> parse("city\tsize\nBern\t1\n"))
                .hasMessage("t.tsv line 1: columns must be [city, people], got [city, size]");
        assertThatThrownBy(() -> parse("city\tpeople\nBern\n"))
                .hasMessage("t.tsv line 2: must have 2 cells, got 1");
        assertThatThrownBy(() -> parse("city\tpeople\nBern \t1\n"))
                .hasMessage("t.tsv line 2: white space around \"Bern \"");
        assertThatThrownBy(() -> parse("city\tpeople\n")).hasMessage("t.tsv has no rows");
        assertThatThrownBy(() -> FactTable.bundled("none.tsv", COLUMNS))
                .hasMessage("facts/none.tsv is not in the jar");
    }

    @Test
    void onlyUtf8OfABoundedSizeIsRead() {
        assertThatThrownBy(() -> FactTable.parse("t.tsv", new byte[] {(byte) 0xff}, COLUMNS))
                .hasMessage("t.tsv is not UTF-8");
        assertThatThrownBy(
                        () -> FactTable.parse("t.tsv", new byte[FactTable.MAX_BYTES + 1], COLUMNS))
                .hasMessageContaining("at most 1048576 bytes");
    }

    private static FactTable parse(String text) {
        return FactTable.parse("t.tsv", text.getBytes(StandardCharsets.UTF_8), COLUMNS);
    }
}
