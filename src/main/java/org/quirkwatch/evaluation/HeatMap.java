package org.quirkwatch.evaluation;

import java.util.List;

/// A table whose cells are coloured by AUROC: neutral at 0.5, blue above, orange below. The number
/// stands in every cell, so that colour is never all there is.
///
/// @param caption what it shows
/// @param corner header of the row headers
/// @param columns headers
/// @param rows one per line
record HeatMap(String caption, String corner, List<String> columns, List<Row> rows) {

    /// Lower bounds of the steps of the ramp, after the first.
    private static final double[] STEPS = {0.3, 0.42, 0.47, 0.53, 0.65, 0.8, 0.9, 0.97};

    /// A line.
    ///
    /// @param header its header
    /// @param note behind the header, smaller; may be empty
    /// @param values one per column, NaN for none
    record Row(String header, String note, List<Double> values) {}

    String html() {
        StringBuilder table = new StringBuilder();
        StringBuilder head = new StringBuilder(Html.text("th scope=\"col\"", corner));
        columns.forEach(column ->
                head.append(
                        Html.element(
                                "th scope=\"col\" class=\"upright\"", Html.text("span", column))));
        table.append(Html.element("thead", Html.element("tr", head.toString())));
        StringBuilder body = new StringBuilder();
        for (Row row : rows) {
            StringBuilder cells = new StringBuilder();
            String note = row.note().isEmpty() ? "" : " " + Html.text("small", row.note());
            cells.append(Html.element("th scope=\"row\"", Html.escaped(row.header()) + note));
            row.values().forEach(value -> cells.append(cell(value)));
            body.append(Html.element("tr", cells.toString())).append('\n');
        }
        table.append(Html.element("tbody", body.toString()));
        return Html.text("h3", caption)
                + Html.scrolled(
                        caption,
                        Html.element(
                                "table class=\"heat\" aria-label=\"%s\""
                                        .formatted(Html.escaped(caption)),
                                table.toString()));
    }

    private static String cell(double value) {
        return Double.isNaN(value)
                ? "<td class=\"none\">–</td>"
                : Html.text("td class=\"h%d\"".formatted(step(value)), Numbers.share(value));
    }

    /// The step of the ramp that a value is on, from 0.
    static int step(double value) {
        int step = 0;
        while (step < STEPS.length && value >= STEPS[step]) {
            step++;
        }
        return step;
    }

    /// What the colours mean.
    static String legend() {
        StringBuilder legend = new StringBuilder();
        for (int step = 0; step <= STEPS.length; step++) {
            String text =
                    step == 0
                            ? "< " + Numbers.two(STEPS[0])
                            : step == STEPS.length
                                    ? "≥ " + Numbers.two(STEPS[step - 1])
                                    : "%s–%s"
                                            .formatted(
                                                    Numbers.two(STEPS[step - 1]),
                                                    Numbers.two(STEPS[step]));
            legend.append(Html.text("span class=\"h%d\"".formatted(step), text));
        }
        return Html.element("p class=\"ramp\"", "AUROC " + legend);
    }
}
