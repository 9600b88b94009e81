package starling.repurpose.report;

import java.util.List;
import starling.models.plan.Plan;
import starling.repurpose.evaluate.DeviationBound;
import starling.repurpose.evaluate.Evaluation;
import starling.repurpose.space.Operation;
import starling.repurpose.space.SplitNetwork;

/** The sections that need the network or data: pictures of the weights, accuracy, the solvers' costs, the bound. */
final class EvidenceSections {
    private final Findings findings;

    EvidenceSections(Findings findings) {
        this.findings = findings;
    }

    String pictures() {
        SplitNetwork network = findings.network();
        if (network == null) {
            return Markup.section("weights", "Weights", Markup.paragraph(findings.unrestored()));
        }
        StringBuilder out = new StringBuilder();
        out.append(Markup.paragraph(
                "Sources downwards, targets across, both ordered by worker (w0, w1, \u2026; \u2018all\u2019"
                        + " where every worker has the whole input); a worker\u2019s own block is framed."));
        out.append("<ul class=\"legend\">")
                .append(key("inside", "kept inside a worker"))
                .append(key("cross", "kept between workers"))
                .append(key("dropped", "dropped"))
                .append("<li>empty: zero in the original too</li></ul>\n<div class=\"pictures\">\n");
        for (Operation.Linear linear : network.graph().linear()) {
            WeightPicture picture = new WeightPicture(network, linear.map());
            long all = picture.inside() + picture.cross() + picture.dropped();
            out.append("<figure>\n")
                    .append(picture.svg())
                    .append("<figcaption><strong>")
                    .append(Markup.escaped(linear.map().node().name()))
                    .append("</strong><br/>")
                    .append(Markup.escaped("kept inside " + Markup.count(picture.inside()) + " ("
                            + Markup.percent(picture.inside(), all) + "), kept between " + Markup.count(picture.cross())
                            + " (" + Markup.percent(picture.cross(), all) + "), dropped "
                            + Markup.count(picture.dropped()) + " (" + Markup.percent(picture.dropped(), all) + ")"))
                    .append("<br/><span class=\"note\">")
                    .append(Markup.escaped(picture.scale()))
                    .append("</span></figcaption>\n</figure>\n");
        }
        return Markup.section("weights", "Weights", out.append("</div>\n").toString());
    }

    private static String key(String style, String text) {
        return "<li><span class=\"key " + style + "\"></span> " + text + "</li>";
    }

    String accuracy() {
        Evaluation evaluation = findings.evaluation();
        String data = findings.data();
        if (evaluation == null || data == null) {
            return Markup.section(
                    "accuracy-section",
                    "Accuracy",
                    Markup.paragraph("This page was made without labelled inputs: give them with --data."));
        }
        Table table = new Table(
                "On " + Markup.count(evaluation.samples()) + " samples of " + data, List.of("", "right", "of all"));
        row(table, "original", "accuracy-original", evaluation.original(), evaluation.samples());
        row(table, "this plan", "accuracy-plan-row", evaluation.plan(), evaluation.samples());
        row(table, "both answer alike", "agreement", evaluation.agreement(), evaluation.samples());
        return Markup.section(
                "accuracy-section",
                "Accuracy",
                table.html()
                        + Markup.note(
                                "All workers\u2019 sub-models were run in one process, exchanging what the plan says."));
    }

    private static void row(Table table, String name, String id, double fraction, int samples) {
        table.row(name).count(id, Math.round(fraction * samples)).number(Markup.percent(fraction));
    }

    String solvers() {
        List<Certificate> certificates = findings.certificates();
        if (findings.network() == null) {
            return Markup.section("solvers", "Assignment, solved twice", Markup.paragraph(findings.unrestored()));
        }
        if (certificates.isEmpty()) {
            return Markup.section(
                    "solvers",
                    "Assignment, solved twice",
                    Markup.paragraph(
                            findings.bundle().plan().workers() == 1
                                    ? "One worker has everything: there is nothing to assign."
                                    : "No space of units has a cost to compare and at most "
                                            + Markup.count(Certificate.MOST_UNITS) + " units."));
        }
        Table table = new Table(
                "Squared weight between workers of each space, given the owners before it",
                List.of("space", "units", "transport", "Munkres", "equal", "proved to", "this plan\u2019s owners"));
        boolean equal = true;
        for (Certificate one : certificates) {
            equal &= one.agree();
            table.row(one.space())
                    .count(one.units())
                    .number(Markup.real(one.transport()))
                    .number(Markup.real(one.munkres()))
                    .text(one.agree() ? "yes" : "NO")
                    .number(Markup.real(Math.max(0, Math.max(one.transportGap(), one.munkresGap()))))
                    .number(Markup.real(one.plan()));
        }
        return Markup.section(
                "solvers",
                "Assignment, solved twice",
                Markup.paragraph(
                                equal
                                        ? "The transportation solver and the Munkres algorithm find the same least cost for"
                                                + " every space."
                                        : "The transportation solver and the Munkres algorithm find different costs: one of"
                                                + " them is wrong.")
                        + table.html()
                        + Markup.note(
                                "Proved to: no assignment is cheaper by more than this, by the dual prices of both"
                                        + " solvers. The plan\u2019s owners may serve another measure and then cost more by this"
                                        + " one. Spaces of more than " + Markup.count(Certificate.MOST_UNITS)
                                        + " units are left out."));
    }

    String bound() {
        DeviationBound bound = findings.bound();
        Evaluation evaluation = findings.evaluation();
        if (bound == null || evaluation == null) {
            return Markup.section("bound", "How far answers can be off", Markup.paragraph(findings.unbounded()));
        }
        Plan plan = findings.bundle().plan();
        Table table = new Table(
                "Euclidean distance from the original\u2019s '"
                        + plan.outputs().get(0).name() + "'",
                List.of("", "distance"));
        table.row("measured, largest of " + Markup.count(evaluation.samples(), "sample", "samples"))
                .number(Markup.real(evaluation.maxDeviation()));
        table.row("Theorem 17, each layer with its own norms").number(Markup.real(bound.layered()));
        table.row("Theorem 17").number(Markup.real(bound.bound()));
        Table terms = new Table("The terms of the theorem", List.of("term", "value", "what it is"));
        terms.row("L").number(String.valueOf(bound.layers())).text("layers in sequence");
        terms.row("\u03B5").number(Markup.real(bound.epsilon())).text("largest norm of a change of weights");
        terms.row("\u03C4").number(Markup.real(bound.tau())).text("largest norm of weights");
        terms.row("\u03B2").number(Markup.real(bound.beta())).text("largest norm of a change of biases");
        terms.row("B").number(Markup.real(bound.signal())).text("largest norm of a signal that enters a layer");
        String said = bound.bound() == 0
                ? "Nothing was changed, so the bound is 0; what is measured is the rounding of float32 sums in another order."
                : "The bound holds for every sample, measured or not, whose signals are no larger than B. It takes the worst"
                        + " direction in every layer; what is measured is "
                        + Markup.percent(evaluation.maxDeviation() / bound.layered())
                        + " of the one with each layer\u2019s own norms.";
        return Markup.section(
                "bound",
                "How far answers can be off",
                Markup.paragraph(said)
                        + table.html()
                        + "<p class=\"formula\">\u2016\u0177 \u2212 y\u2016 \u2264 (\u03B5B + \u03B2)"
                        + " ((\u03C4+\u03B5)<sup>L</sup> \u2212 1) / (\u03C4+\u03B5\u22121)</p>\n"
                        + terms.html()
                        + Markup.note(
                                "Theorem 17 of the thesis with the change of biases added; Frobenius norms of the full"
                                        + " operators; float32 rounding comes on top."));
    }
}
