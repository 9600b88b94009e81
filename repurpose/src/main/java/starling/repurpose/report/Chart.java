package starling.repurpose.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A line chart as inline SVG. Series differ in colour, dashes and marks, so that they can be told apart without colour; colours
 * come from the page's style sheet. Every mark says its numbers when it is pointed at or read aloud.
 */
final class Chart {
    private static final int WIDTH = 560;
    private static final int HEIGHT = 330;
    private static final int LEFT = 66;
    private static final int RIGHT = 16;
    private static final int TOP = 14;
    private static final int BOTTOM = 48;

    /**
     * One mark.
     *
     * @param x to the right
     * @param y upwards
     * @param label its numbers in words
     */
    record Mark(double x, double y, String label) {}

    /**
     * Marks that belong together.
     *
     * @param name in the legend
     * @param style number of its colour, dashes and mark, from 1
     * @param marks in the order in which they are joined
     * @param level whether it is one value of y for every x: drawn as a line across
     */
    record Series(String name, int style, List<Mark> marks, boolean level) {
        Series(String name, int style, List<Mark> marks) {
            this(name, style, marks, false);
        }
    }

    /** How a dimension is scaled and labelled. */
    enum Scale {
        /** Powers of ten; only numbers above 0. */
        LOGARITHMIC,
        /** Powers of ten, with room for zero: the logarithm of one more. */
        COUNT,
        /** From 0 to 1, as per cent; one less it on a logarithmic scale, so that few errors can be told apart. */
        FRACTION;

        private static final double FEWEST_ERRORS = 2e-4;

        double place(double value) {
            return switch (this) {
                case LOGARITHMIC -> Math.log10(value);
                case COUNT -> Math.log10(1 + value);
                case FRACTION -> -Math.log10(Math.max(FEWEST_ERRORS, 1 - value));
            };
        }
    }

    /**
     * A dimension.
     *
     * @param label what it counts
     * @param scale how it is scaled
     */
    record Axis(String label, Scale scale) {}

    private final String title;
    private final Axis xAxis;
    private final Axis yAxis;
    private final List<Series> series;
    private double xLow = Double.POSITIVE_INFINITY;
    private double xHigh = Double.NEGATIVE_INFINITY;
    private double yLow = Double.POSITIVE_INFINITY;
    private double yHigh = Double.NEGATIVE_INFINITY;

    Chart(String title, Axis xAxis, Axis yAxis, List<Series> series) {
        this.title = title;
        this.xAxis = xAxis;
        this.yAxis = yAxis;
        this.series = series.stream().filter(one -> !one.marks().isEmpty()).toList();
        for (Series one : this.series) {
            for (Mark mark : one.marks()) {
                if (!one.level()) {
                    xLow = Math.min(xLow, xAxis.scale().place(mark.x()));
                    xHigh = Math.max(xHigh, xAxis.scale().place(mark.x()));
                }
                yLow = Math.min(yLow, yAxis.scale().place(mark.y()));
                yHigh = Math.max(yHigh, yAxis.scale().place(mark.y()));
            }
        }
        if (yAxis.scale() == Scale.FRACTION) {
            double room = Math.max(0.05, 0.05 * (yHigh - yLow));
            yLow = Math.max(0, yLow - room);
            yHigh += room;
        }
        double room = 0.02 * (xHigh - xLow);
        xLow -= room;
        xHigh += room;
        if (!(xHigh - xLow >= 1e-9)) {
            xLow = Double.isFinite(xLow) ? xLow - 0.5 : 0;
            xHigh = xLow + 1;
        }
        if (!(yHigh - yLow >= 1e-9)) {
            yLow = Double.isFinite(yLow) ? yLow : 0;
            yHigh = yLow + 1;
        }
    }

    String svg() {
        StringBuilder out = new StringBuilder();
        out.append(String.format(
                Locale.ROOT,
                "<svg class=\"chart\" role=\"img\" aria-label=\"%s\" viewBox=\"0 0 %d %d\"><title>%s</title>%n",
                Markup.escaped(title),
                WIDTH,
                HEIGHT,
                Markup.escaped(title)));
        axes(out);
        for (Series one : series) {
            draw(out, one);
        }
        return out.append("</svg>\n").toString();
    }

    private double x(double place) {
        return LEFT + (place - xLow) / (xHigh - xLow) * (WIDTH - LEFT - RIGHT);
    }

    private double y(double place) {
        return HEIGHT - BOTTOM - (place - yLow) / (yHigh - yLow) * (HEIGHT - TOP - BOTTOM);
    }

    private void axes(StringBuilder out) {
        for (double tick : ticks(xAxis.scale(), xLow, xHigh)) {
            double at = x(xAxis.scale().place(tick));
            out.append(String.format(
                    Locale.ROOT,
                    "<path class=\"grid\" d=\"M%.1f %dV%d\"/><text class=\"x\" x=\"%.1f\" y=\"%d\""
                            + " text-anchor=\"middle\">%s</text>%n",
                    at,
                    TOP,
                    HEIGHT - BOTTOM,
                    at,
                    HEIGHT - BOTTOM + 16,
                    label(xAxis.scale(), tick)));
        }
        for (double tick : ticks(yAxis.scale(), yLow, yHigh)) {
            double at = y(yAxis.scale().place(tick));
            out.append(String.format(
                    Locale.ROOT,
                    "<path class=\"grid\" d=\"M%d %.1fH%d\"/><text class=\"y\" x=\"%d\" y=\"%.1f\""
                            + " text-anchor=\"end\">%s</text>%n",
                    LEFT,
                    at,
                    WIDTH - RIGHT,
                    LEFT - 6,
                    at + 4,
                    label(yAxis.scale(), tick)));
        }
        out.append(String.format(
                Locale.ROOT,
                "<path class=\"axis\" d=\"M%d %dV%dH%d\"/>%n<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>%n"
                        + "<text transform=\"rotate(-90)\" x=\"%d\" y=\"13\" text-anchor=\"middle\">%s</text>%n",
                LEFT,
                TOP,
                HEIGHT - BOTTOM,
                WIDTH - RIGHT,
                (LEFT + WIDTH - RIGHT) / 2,
                HEIGHT - 8,
                Markup.escaped(xAxis.label()),
                -(TOP + HEIGHT - BOTTOM) / 2,
                Markup.escaped(yAxis.label())));
    }

    private static List<Double> ticks(Scale scale, double low, double high) {
        List<Double> ticks = new ArrayList<>();
        if (scale == Scale.FRACTION) {
            for (double errors = 1; errors > 1e-4; errors /= 10) {
                for (double factor : new double[] {1, 0.5, 0.2}) {
                    double place = scale.place(1 - factor * errors);
                    if (place >= low - 1e-9 && place <= high + 1e-9) {
                        ticks.add(1 - factor * errors);
                    }
                }
            }
            return ticks;
        }
        if (scale == Scale.COUNT && low <= 0) {
            ticks.add(0.0);
        }
        int every = (int) Math.max(1, Math.ceil((high - low) / 7));
        double[] factors = high - low < 3 ? new double[] {1, 2, 5} : new double[] {1};
        for (int power = (int) Math.floor(low) - 1; power <= high + 1; power++) {
            for (double factor : factors) {
                double tick = factor * Math.pow(10, power);
                double place = scale.place(tick);
                boolean whole = scale == Scale.LOGARITHMIC || tick >= 1;
                if (whole && place >= low - 1e-9 && place <= high + 1e-9 && Math.floorMod(power, every) == 0) {
                    ticks.add(tick);
                }
            }
        }
        return ticks;
    }

    private static String label(Scale scale, double tick) {
        return switch (scale) {
            case FRACTION -> trimmed(100 * tick) + "\u2009%";
            case COUNT -> Markup.count(Math.round(tick));
            case LOGARITHMIC -> tick >= 0.000_999 && tick < 10_000 ? trimmed(tick) : power(tick);
        };
    }

    private static String power(double tick) {
        int exponent = (int) Math.floor(Math.log10(tick) + 1e-9);
        long factor = Math.round(tick / Math.pow(10, exponent));
        return (factor == 1 ? "" : factor + "\u00B7") + Markup.powerOfTen(exponent);
    }

    private static String trimmed(double number) {
        return String.format(Locale.ROOT, "%.3f", number).replaceFirst("\\.?0+$", "");
    }

    private void draw(StringBuilder out, Series one) {
        if (one.level()) {
            Mark mark = one.marks().get(0);
            out.append(String.format(
                    Locale.ROOT,
                    "<path class=\"level s%d\" d=\"M%d %.2fH%d\"><title>%s</title></path>%n",
                    one.style(),
                    LEFT,
                    y(yAxis.scale().place(mark.y())),
                    WIDTH - RIGHT,
                    Markup.escaped(one.name() + ": " + mark.label())));
            return;
        }
        StringBuilder path = new StringBuilder();
        for (Mark mark : one.marks()) {
            path.append(String.format(
                    Locale.ROOT,
                    "%s%.2f %.2f",
                    path.isEmpty() ? "M" : "L",
                    x(xAxis.scale().place(mark.x())),
                    y(yAxis.scale().place(mark.y()))));
        }
        if (one.marks().size() > 1) {
            out.append(String.format(Locale.ROOT, "<path class=\"line s%d\" d=\"%s\"/>%n", one.style(), path));
        }
        for (Mark mark : one.marks()) {
            out.append(String.format(
                    Locale.ROOT,
                    "<g class=\"mark s%d\" transform=\"translate(%.2f %.2f)\"><path d=\"%s\"><title>%s</title></path></g>%n",
                    one.style(),
                    x(xAxis.scale().place(mark.x())),
                    y(yAxis.scale().place(mark.y())),
                    shape(one.style()),
                    Markup.escaped(one.name() + ": " + mark.label())));
        }
    }

    /** A circle, square, triangle, diamond, cross or star around the origin. */
    private static String shape(int style) {
        return switch (style) {
            case 1 -> "M-3.5 0a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0 -7 0z";
            case 2 -> "M-3 -3h6v6h-6z";
            case 3 -> "M0 -4l4 7h-8z";
            case 4 -> "M0 -5l4 5l-4 5l-4 -5z";
            case 5 -> "M-1.5 -4.5h3v3h3v3h-3v3h-3v-3h-3v-3h3z";
            default -> "M0 -8l2 5.2l5.6 .3l-4.4 3.5l1.5 5.4l-4.7 -3.1l-4.7 3.1l1.5 -5.4l-4.4 -3.5l5.6 -.3z";
        };
    }

    /** What the marks mean, for several charts with the same series. */
    static String legend(List<Series> series) {
        StringBuilder out = new StringBuilder("<ul class=\"legend\">");
        for (Series one : series) {
            if (one.marks().isEmpty()) {
                continue;
            }
            String line = one.level()
                    ? "<path class=\"level s" + one.style() + "\" d=\"M1 9H33\"/>"
                    : (one.marks().size() > 1 ? "<path class=\"line s" + one.style() + "\" d=\"M1 9H33\"/>" : "")
                            + "<g class=\"mark s" + one.style() + "\" transform=\"translate(17 9)\"><path d=\""
                            + shape(one.style()) + "\"/></g>";
            out.append("<li><svg width=\"34\" height=\"18\" aria-hidden=\"true\">")
                    .append(line)
                    .append("</svg> ")
                    .append(Markup.escaped(one.name()))
                    .append("</li>");
        }
        return out.append("</ul>\n").toString();
    }
}
