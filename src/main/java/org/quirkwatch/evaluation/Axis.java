package org.quirkwatch.evaluation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;

/// An axis of a picture.
///
/// @param label what it measures
/// @param span what it spans
/// @param ticks where it has marks
record Axis(String label, Interval span, List<Tick> ticks) {

    /// Up to 10¹².
    private static final int MAGNITUDES = 25;

    /// A mark.
    ///
    /// @param place where
    /// @param text what stands there
    record Tick(double place, String text) {}

    /// From 0 to 1.
    static Axis unit(String label) {
        return linear(label, new Interval(0, 1));
    }

    /// With marks at round numbers.
    static Axis linear(String label, Interval span) {
        return new Axis(
                label,
                span,
                round(span).stream().map(tick -> new Tick(tick, text(tick, span))).toList());
    }

    /// Of values v that are drawn at asinh(v): like v near 0, like its logarithm far from it.
    ///
    /// @param span of asinh(v)
    static Axis asinh(String label, Interval span) {
        double apart = (span.high() - span.low()) / 10;
        int stride = 1;
        // Two numbers make a factor of ten, so that 10, 100 … stay together.
        while (stride * Math.log(10) / 2 < apart) {
            stride = stride == 1 ? 2 : stride + 2;
        }
        Deque<Tick> ticks = new ArrayDeque<>();
        if (span.contains(0)) {
            ticks.add(new Tick(0, magnitudeText(0)));
        }
        for (int number = 1; number <= MAGNITUDES; number += stride) {
            double value = magnitude(number);
            double place = asinh(value);
            // 1 may be too near to 0.
            if (place >= apart && span.contains(place)) {
                ticks.addLast(new Tick(place, magnitudeText(value)));
            }
            if (place >= apart && span.contains(-place)) {
                ticks.addFirst(new Tick(-place, magnitudeText(-value)));
            }
        }
        return new Axis(label, span, List.copyOf(ticks));
    }

    static double asinh(double value) {
        return Math.signum(value) * Math.log(Math.abs(value) + Math.hypot(value, 1));
    }

    /// 1, 3, 10, 30, 100 … from number 1.
    private static double magnitude(int number) {
        int tens = (number - 1) / 2;
        return Math.pow(10, tens) * (number % 2 == 1 ? 1 : 3);
    }

    private static String magnitudeText(double value) {
        return String.format(Locale.ROOT, Math.abs(value) >= 1e5 ? "%.0e" : "%.0f", value);
    }

    /// Round numbers, four to nine of them.
    private static List<Double> round(Interval axis) {
        double step = step(axis);
        List<Double> ticks = new ArrayList<>();
        for (long i = (long) Math.ceil(axis.low() / step - 1e-9);
                i * step <= axis.high() + 1e-9 * step;
                i++) {
            ticks.add(i * step);
        }
        return ticks;
    }

    private static double step(Interval axis) {
        double rough = (axis.high() - axis.low()) / 5;
        double power = Math.pow(10, Math.floor(Math.log10(rough)));
        for (double factor : new double[] {1, 2, 2.5, 5}) {
            if (rough <= factor * power) {
                return factor * power;
            }
        }
        return 10 * power;
    }

    private static String text(double tick, Interval axis) {
        double step = step(axis);
        int digits = (int) Math.max(0, Math.ceil(-Math.log10(step) - 1e-9));
        // A step of 2.5 needs one digit more.
        boolean half =
                Math.abs(step * Math.pow(10, digits) - Math.rint(step * Math.pow(10, digits)))
                        > 1e-6;
        double large = Math.max(Math.abs(axis.low()), Math.abs(axis.high()));
        String format =
                large >= 1e5 || large < 1e-3 ? "%.1e" : "%." + (half ? digits + 1 : digits) + "f";
        return String.format(Locale.ROOT, format, tick + 0.0);
    }
}
