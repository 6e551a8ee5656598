package org.quirkwatch.evaluation;

import java.util.ArrayList;
import java.util.List;

/// A table of texts, the first of each row being its header.
final class Table {

    private final String caption;
    private final List<String> columns;
    private final List<String[]> rows = new ArrayList<>();

    Table(String caption, List<String> columns) {
        this.caption = caption;
        this.columns = List.copyOf(columns);
    }

    /// Adds a row.
    ///
    /// @param cells one per column
    void row(String... cells) {
        if (cells.length != columns.size()) {
            throw new IllegalArgumentException(
                    "expected %d cells, got %d".formatted(columns.size(), cells.length));
        }
        rows.add(cells.clone());
    }

    boolean isEmpty() {
        return rows.isEmpty();
    }

    String html() {
        StringBuilder head = new StringBuilder();
        for (int i = 0; i < columns.size(); i++) {
            head.append(Html.text("th scope=\"col\"" + alignment(i), columns.get(i)));
        }
        StringBuilder body = new StringBuilder();
        for (String[] cells : rows) {
            StringBuilder row = new StringBuilder(Html.text("th scope=\"row\"", cells[0]));
            for (int i = 1; i < cells.length; i++) {
                row.append(Html.text("td" + alignment(i), cells[i]));
            }
            body.append(Html.element("tr", row.toString())).append('\n');
        }
        return Html.text("h3", caption)
                + Html.scrolled(
                        caption,
                        Html.element(
                                "table class=\"sortable\" aria-label=\"%s\""
                                        .formatted(Html.escaped(caption)),
                                Html.element("thead", Html.element("tr", head.toString()))
                                        + Html.element("tbody", body.toString())));
    }

    /// Columns of numbers end at the right.
    private String alignment(int column) {
        return column > 0 && rows.stream().allMatch(row -> isNumber(row[column]))
                ? " class=\"number\""
                : "";
    }

    private static boolean isNumber(String cell) {
        return cell.equals("–") || cell.matches("-?[0-9]*\\.?[0-9]+( %)?");
    }
}
