package starling.repurpose.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import starling.repurpose.latency.Latency;

/**
 * The plans of the values objective among which one can choose, late fusion always among them, most values first.
 *
 * @param points the plans
 * @param samples judged on
 * @param cut whether the time was over before all plans were made
 */
public record Frontier(List<Entry> points, int samples, boolean cut) {
    private static final List<String> VARIANTS = List.of("budget", "values", "late-fusion");

    /**
     * One plan.
     *
     * @param variant {@code budget}, {@code values} (by price) or {@code late-fusion}
     * @param point what it is
     * @param efficient whether no other is as good in accuracy, values, bytes, rounds and predicted latency and better in one of
     *     them
     */
    public record Entry(String variant, Curves.Point point, boolean efficient) {
        /** Predicted, or null. */
        public @Nullable Double seconds() {
            Latency latency = point.cost().latency();
            return latency == null ? null : latency.seconds();
        }
    }

    /** The plans of a sweep. */
    public static Frontier of(Curves.Sweep sweep) {
        List<Entry> all = new ArrayList<>();
        for (String variant : VARIANTS) {
            for (Curves.Point point : sweep.points(variant)) {
                all.add(new Entry(variant, point, false));
            }
        }
        List<Entry> judged = new ArrayList<>();
        for (Entry one : all) {
            judged.add(new Entry(one.variant(), one.point(), all.stream().noneMatch(other -> isBetter(other, one))));
        }
        judged.sort(Comparator.comparingLong((Entry entry) -> entry.point().values())
                .reversed()
                .thenComparing(entry -> -entry.point().accuracy()));
        return new Frontier(List.copyOf(judged), sweep.samples(), sweep.cut());
    }

    private static boolean isBetter(Entry a, Entry b) {
        double[] costs = costs(a);
        double[] others = costs(b);
        boolean less = false;
        for (int i = 0; i < costs.length; i++) {
            if (costs[i] > others[i]) {
                return false;
            }
            less |= costs[i] < others[i];
        }
        return less;
    }

    private static double[] costs(Entry entry) {
        Double seconds = entry.seconds();
        return new double[] {
            -entry.point().accuracy(),
            entry.point().values(),
            entry.point().cost().bytes(),
            entry.point().cost().rounds(),
            seconds == null ? 0 : seconds
        };
    }

    /** As a part of a page. */
    String html() {
        boolean timed = points.stream().anyMatch(entry -> entry.seconds() != null);
        List<String> heads = new ArrayList<>(List.of("plan", "accuracy", "values", "bytes", "rounds"));
        if (timed) {
            heads.add("latency");
        }
        heads.add("worth choosing");
        Table table = new Table("The frontier of plans", heads);
        for (Entry entry : points) {
            Curves.Point point = entry.point();
            Long budget = point.budget();
            table.row(ComparisonSection.name(entry.variant()) + (budget == null ? "" : " " + Markup.count(budget)))
                    .number(Markup.percent(point.accuracy()))
                    .count(point.values())
                    .count(point.cost().bytes())
                    .count(point.cost().rounds());
            if (timed) {
                Double seconds = entry.seconds();
                table.number(seconds == null ? "\u2013" : String.format(Locale.ROOT, "%.3f ms", 1e3 * seconds));
            }
            table.number(entry.efficient() ? "yes" : "no");
        }
        return table.html()
                + Markup.note(
                        "Worth choosing: no other plan here is as good in every column and better in one. Judged on "
                                + Markup.count(samples) + " samples.");
    }
}
