package starling.router.trial;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import starling.learning.settings.TrialSettings;

/** One self-contained page about a trial: its curves over the rounds, its sums, and its settings. */
final class ReportPage {
    private static final int WIDTH = 640;
    private static final int HEIGHT = 240;
    private static final int LEFT = 70;
    private static final int BOTTOM = 30;

    private ReportPage() {}

    static String of(TrialSettings settings, List<RoundRecord> records) {
        double bytes = 0;
        double uses = 0;
        double usesAll = 0;
        for (RoundRecord record : records) {
            bytes += record.bytesUp();
            uses += record.channelUses();
            usesAll += record.channelUsesAll();
        }
        StringBuilder page = new StringBuilder("""
                <!DOCTYPE html>
                <html lang="en"><head><meta charset="utf-8"><title>Trial</title><style>
                body { font-family: sans-serif; margin: 2em; max-width: 50em; }
                svg { background: #fafafa; border: 1px solid #ccc; margin: 0.5em 0; display: block; }
                pre { background: #f4f4f4; padding: 1em; overflow: auto; }
                </style></head><body>
                """);
        page.append("<h1>Trial of ").append(escaped(settings.model())).append("</h1>\n<p>");
        page.append(String.format(
                Locale.ROOT,
                "%d rounds, %d nodes; %.3g bytes up, %.4g channel uses (%.4g if all nodes had sent each time).</p>%n",
                records.size(),
                settings.nodes(),
                bytes,
                uses,
                usesAll));
        curve(page, "accuracy", records, RoundRecord::accuracy);
        curve(page, "loss", records, RoundRecord::loss);
        curve(page, "nodes that sent", records, record -> (double) record.sent());
        curve(page, "bytes up in a round", records, record -> (double) record.bytesUp());
        curve(page, "channel uses of a round", records, RoundRecord::channelUses);
        page.append("<h2>Settings</h2>\n<pre>")
                .append(escaped(settings.asRun()))
                .append("</pre>\n</body></html>\n");
        return page.toString();
    }

    private static void curve(
            StringBuilder page, String title, List<RoundRecord> records, Function<RoundRecord, @Nullable Double> of) {
        List<double[]> points = new ArrayList<>();
        double least = Double.POSITIVE_INFINITY;
        double most = Double.NEGATIVE_INFINITY;
        for (RoundRecord record : records) {
            Double value = of.apply(record);
            if (value != null) {
                points.add(new double[] {record.round(), value});
                least = Math.min(least, value);
                most = Math.max(most, value);
            }
        }
        page.append("<h2>").append(title).append("</h2>\n");
        if (points.isEmpty()) {
            page.append("<p>none</p>\n");
            return;
        }
        double span = most > least ? most - least : 1;
        double rounds = Math.max(1, records.get(records.size() - 1).round());
        page.append(String.format("<svg width=\"%d\" height=\"%d\" role=\"img\">%n", WIDTH, HEIGHT));
        label(page, 5, 20, most);
        label(page, 5, HEIGHT - BOTTOM, least);
        label(page, WIDTH - 60, HEIGHT - 8, rounds);
        page.append("<polyline fill=\"none\" stroke=\"#1f77b4\" stroke-width=\"1.5\" points=\"");
        for (double[] point : points) {
            page.append(String.format(
                    Locale.ROOT,
                    "%.1f,%.1f ",
                    LEFT + (WIDTH - LEFT - 10) * point[0] / rounds,
                    15 + (HEIGHT - BOTTOM - 15) * (most - point[1]) / span));
        }
        page.append("\"/>\n</svg>\n");
    }

    private static void label(StringBuilder page, int x, int y, double value) {
        page.append(String.format(Locale.ROOT, "<text x=\"%d\" y=\"%d\" font-size=\"12\">%.4g</text>%n", x, y, value));
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
