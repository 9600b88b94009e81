package starling.repurpose.report;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import starling.models.plan.Plan;
import starling.repurpose.evaluate.Evaluation;

/** What other ways to prune would make of the same network: charts of the curves, and their points as a table. */
final class ComparisonSection {
    private final Findings findings;

    ComparisonSection(Findings findings) {
        this.findings = findings;
    }

    String html() {
        Curves.Sweep sweep = findings.sweep();
        if (sweep == null) {
            return Markup.section("comparison", "Other ways to prune", Markup.paragraph(findings.sweepNote()));
        }
        StringBuilder out = new StringBuilder();
        out.append(Markup.paragraph(
                "The same network, workers and inputs, planned anew at many thresholds and judged on the"
                        + " first " + Markup.count(sweep.samples()) + " samples. " + findings.sweepNote()
                        + " The others drop and"
                        + " never re-fit. Nothing is fine-tuned."));
        List<Chart.Series> byValues = byValues(sweep);
        out.append(Chart.legend(byValues));
        Chart.Axis accuracy = new Chart.Axis("accuracy (by errors, logarithmic)", Chart.Scale.FRACTION);
        Chart.Axis values = new Chart.Axis("values per inference", Chart.Scale.COUNT);
        Chart.Axis kept = new Chart.Axis("kept cross edges", Chart.Scale.COUNT);
        Chart.Axis eta = new Chart.Axis("\u03B7\u2082", Chart.Scale.LOGARITHMIC);
        out.append("<div class=\"charts\">\n");
        figure(out, "Accuracy against values", values, accuracy, byValues);
        figure(out, "Accuracy against \u03B7\u2082", eta, accuracy, byEta(sweep, Measure.ACCURACY));
        figure(out, "Values against \u03B7\u2082", eta, values, byEta(sweep, Measure.VALUES));
        figure(out, "Kept cross edges against \u03B7\u2082", eta, kept, byEta(sweep, Measure.KEPT));
        out.append("</div>\n");
        out.append(
                Markup.note(
                        "RePurpose and sparse take \u03B7\u2082 as what a squared weight between workers must exceed, so"
                                + " theirs can be compared. For the values objective \u03B7\u2082 is the price of a number: what it must"
                                + " take off the answers\u2019 expected squared error"
                                + (sweep.calibration() == 0 ? ", here counted in squared weights" : "")
                                + "; it is on the same axis in another unit. Late fusion has none: the dotted line. Compare all of them by values: there the values objective is"
                                + " also shown as it is meant to be used, with a budget (--max-values) halved from the unpruned plan on."));
        if (sweep.cut()) {
            out.append(Markup.note("Not all plans could be made in time; --sweep-seconds allows more."));
        }
        out.append(atMost(sweep));
        Frontier frontier = findings.frontier();
        if (frontier != null) {
            out.append(frontier.html());
        }
        out.append("<details><summary>All points</summary>\n")
                .append(table(sweep))
                .append("</details>\n");
        return Markup.section("comparison", "Other ways to prune", out.toString());
    }

    private static void figure(StringBuilder out, String title, Chart.Axis x, Chart.Axis y, List<Chart.Series> series) {
        out.append("<figure>\n")
                .append(new Chart(title, x, y, series).svg())
                .append("<figcaption>")
                .append(Markup.escaped(title))
                .append("</figcaption>\n</figure>\n");
    }

    private enum Measure {
        ACCURACY,
        VALUES,
        KEPT;

        double of(Curves.Point point) {
            return switch (this) {
                case ACCURACY -> point.accuracy();
                case VALUES -> point.values();
                case KEPT -> point.keptEdges();
            };
        }
    }

    static String name(String variant) {
        return switch (variant) {
            case "repurpose" -> "RePurpose (edges objective)";
            case "sparse" -> "sparse (nothing rearranged)";
            case "values" -> "values objective, by price";
            case "budget" -> "values objective, by budget";
            default -> "late fusion";
        };
    }

    private static int style(String variant) {
        return switch (variant) {
            case "repurpose" -> 1;
            case "sparse" -> 2;
            case "values" -> 3;
            case "budget" -> 4;
            default -> 5;
        };
    }

    private List<Chart.Series> byValues(Curves.Sweep sweep) {
        List<Chart.Series> all = new ArrayList<>();
        for (Curves.Curve curve : sweep.curves()) {
            List<Chart.Mark> marks = curve.points().stream()
                    .map(point -> new Chart.Mark(point.values(), point.accuracy(), label(point)))
                    .toList();
            all.add(new Chart.Series(name(curve.variant()), style(curve.variant()), marks));
        }
        Evaluation evaluation = findings.evaluation();
        Plan plan = findings.bundle().plan();
        if (evaluation != null) {
            all.add(new Chart.Series(
                    "this plan",
                    6,
                    List.of(new Chart.Mark(
                            plan.account().values(),
                            evaluation.plan(),
                            Markup.count(plan.account().values()) + " values, " + Markup.percent(evaluation.plan())))));
            all.add(new Chart.Series(
                    "original",
                    7,
                    List.of(new Chart.Mark(0, evaluation.original(), Markup.percent(evaluation.original()))),
                    true));
        }
        return all;
    }

    /** The curves that have an eta2, and late fusion as a level. */
    private static List<Chart.Series> byEta(Curves.Sweep sweep, Measure measure) {
        List<Chart.Series> all = new ArrayList<>();
        for (Curves.Curve curve : sweep.curves()) {
            List<Chart.Mark> marks = new ArrayList<>();
            boolean level = curve.variant().equals("late-fusion");
            for (Curves.Point point : curve.points()) {
                Double eta2 = point.eta2();
                if (eta2 != null || level) {
                    marks.add(new Chart.Mark(eta2 == null ? 1 : eta2, measure.of(point), label(point)));
                }
            }
            all.add(new Chart.Series(name(curve.variant()), style(curve.variant()), marks, level));
        }
        return all;
    }

    private static String label(Curves.Point point) {
        Double eta2 = point.eta2();
        Long budget = point.budget();
        return (eta2 == null ? "" : "\u03B7\u2082 " + Markup.real(eta2) + ", ")
                + (budget == null ? "" : "budget " + Markup.count(budget) + ", ")
                + Markup.count(point.values(), "value", "values") + ", "
                + Markup.count(point.keptEdges(), "cross edge", "cross edges") + ", "
                + Markup.percent(point.accuracy());
    }

    /** The best accuracy of each way at equal budgets. */
    private static String atMost(Curves.Sweep sweep) {
        List<Long> budgets = new ArrayList<>();
        for (Curves.Point point : sweep.points("budget")) {
            Long budget = point.budget();
            if (budget != null) {
                budgets.add(budget);
            }
        }
        if (budgets.isEmpty()) {
            return "";
        }
        List<String> heads = new ArrayList<>(List.of("with at most"));
        budgets.forEach(budget -> heads.add(Markup.count(budget, "value", "values")));
        Table table = new Table("Best accuracy of the plans above at equal budgets", heads);
        for (Curves.Curve curve : sweep.curves()) {
            table.row(name(curve.variant()));
            for (long budget : budgets) {
                OptionalDouble best = curve.points().stream()
                        .filter(point -> point.values() <= budget)
                        .mapToDouble(Curves.Point::accuracy)
                        .max();
                table.number(best.isPresent() ? Markup.percent(best.getAsDouble()) : "\u2013");
            }
        }
        return table.html();
    }

    private static String table(Curves.Sweep sweep) {
        Table table = new Table(
                "Plans by other ways and thresholds",
                List.of("way", "\u03B7\u2082", "budget", "values", "kept cross edges", "accuracy"));
        for (Curves.Curve curve : sweep.curves()) {
            for (Curves.Point point : curve.points()) {
                Double eta2 = point.eta2();
                Long budget = point.budget();
                table.row(name(curve.variant()))
                        .number(eta2 == null ? "" : Markup.real(eta2))
                        .number(budget == null ? "" : Markup.count(budget))
                        .count(point.values())
                        .count(point.keptEdges())
                        .number(Markup.percent(point.accuracy()));
            }
        }
        return table.html();
    }
}
