package org.quirkwatch.evaluation;

import java.util.ArrayList;
import java.util.List;

/// A picture with two axes, as SVG. What is drawn comes in the order of the calls.
final class Plot {

    static final int WIDTH = 340;
    static final int HEIGHT = 270;

    private static final int LEFT = 46;
    private static final int RIGHT = 10;
    private static final int TOP = 10;
    private static final int BOTTOM = 40;

    private final Interval x;
    private final Interval y;
    private final StringBuilder markup = new StringBuilder();
    private final List<String[]> keys = new ArrayList<>();

    /// @param xAxis the horizontal one
    /// @param yAxis the vertical one
    Plot(Axis xAxis, Axis yAxis) {
        this.x = xAxis.span();
        this.y = yAxis.span();
        for (Axis.Tick tick : xAxis.ticks()) {
            line(tick.place(), y.low(), tick.place(), y.high(), "grid");
            label(px(tick.place()), HEIGHT - BOTTOM + 15, "middle", tick);
        }
        for (Axis.Tick tick : yAxis.ticks()) {
            line(x.low(), tick.place(), x.high(), tick.place(), "grid");
            label(LEFT - 6, py(tick.place()) + 4, "end", tick);
        }
        markup.append(
                Html.text(
                        "text x=\"%s\" y=\"%d\" class=\"axis\" text-anchor=\"middle\""
                                .formatted(at((LEFT + WIDTH - RIGHT) / 2.0), HEIGHT - 6),
                        xAxis.label()));
        markup.append(
                Html.text(
                        "text transform=\"translate(12 %s) rotate(-90)\" class=\"axis\" text-anchor=\"middle\""
                                .formatted(at((TOP + HEIGHT - BOTTOM) / 2.0)),
                        yAxis.label()));
    }

    private void label(double px, double py, String anchor, Axis.Tick tick) {
        markup.append(
                Html.text(
                        "text x=\"%s\" y=\"%s\" text-anchor=\"%s\""
                                .formatted(at(px), at(py), anchor),
                        tick.text()));
    }

    /// Adds a straight line.
    void line(double x1, double y1, double x2, double y2, String style) {
        markup.append(
                "<path class=\"%s\" d=\"M%s %sL%s %s\"/>"
                        .formatted(style, at(px(x1)), at(py(y1)), at(px(x2)), at(py(y2))));
    }

    /// Adds a curve through points.
    void curve(List<double[]> points, String style) {
        markup.append("<path class=\"%s\" d=\"%s\"/>".formatted(style, path(points)));
    }

    /// Adds what a closed curve encloses.
    void area(List<double[]> points, String style) {
        markup.append("<path class=\"%s\" d=\"%sz\"/>".formatted(style, path(points)));
    }

    /// Adds a mark per point: a dot where the style rounds ends of lines.
    ///
    /// @param mark how a mark goes on from its point, such as `h0`
    void marks(List<double[]> points, String style, String mark) {
        StringBuilder path = new StringBuilder();
        for (double[] point : points) {
            path.append('M').append(at(px(point[0]))).append(' ').append(at(py(point[1])));
            path.append(mark);
        }
        markup.append("<path class=\"%s\" d=\"%s\"/>".formatted(style, path));
    }

    /// Adds an entry of the legend.
    void key(String style, String text) {
        keys.add(new String[] {style, text});
    }

    /// The whole as a figure.
    ///
    /// @param id unique in the page
    /// @param title what it is
    /// @param description what is to be seen, for those who do not see it
    String figure(String id, String title, String description) {
        String svg =
                ("<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-labelledby=\"%s-t %s-d\">"
                                + "<title id=\"%s-t\">%s</title><desc id=\"%s-d\">%s</desc>%s</svg>")
                        .formatted(
                                WIDTH,
                                HEIGHT,
                                id,
                                id,
                                id,
                                Html.escaped(title),
                                id,
                                Html.escaped(description),
                                markup);
        StringBuilder legend = new StringBuilder();
        for (String[] key : keys) {
            legend.append(
                    Html.element(
                            "li",
                            "<svg class=\"key\" viewBox=\"0 0 24 10\" aria-hidden=\"true\"><path class=\"%s\" d=\"%s\"/></svg>"
                                            .formatted(key[0], keyPath(key[0]))
                                    + Html.escaped(key[1])));
        }
        return Html.element(
                "figure",
                Html.text("figcaption", title) + svg + Html.element("ul", legend.toString()));
    }

    private static String keyPath(String style) {
        return style.contains("area")
                ? "M2 1H22V9H2z"
                : style.contains("dots")
                        ? "M12 5h0"
                        : style.contains("triangles") ? "M12 1l4 7h-8z" : "M1 5H23";
    }

    private String path(List<double[]> points) {
        StringBuilder path = new StringBuilder();
        for (double[] point : points) {
            path.append(path.isEmpty() ? 'M' : 'L');
            path.append(at(px(point[0]))).append(' ').append(at(py(point[1])));
        }
        return path.toString();
    }

    private static String at(double pixel) {
        return Numbers.place(pixel);
    }

    private double px(double value) {
        double share = (value - x.low()) / (x.high() - x.low());
        return LEFT + Math.clamp(share, 0, 1) * (WIDTH - LEFT - RIGHT);
    }

    private double py(double value) {
        double share = (value - y.low()) / (y.high() - y.low());
        return HEIGHT - BOTTOM - Math.clamp(share, 0, 1) * (HEIGHT - TOP - BOTTOM);
    }
}
