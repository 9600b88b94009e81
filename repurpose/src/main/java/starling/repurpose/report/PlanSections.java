package starling.repurpose.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import starling.models.plan.Plan;
import starling.repurpose.evaluate.Evaluation;

/** The sections that a plan alone decides: what it costs, who has what, what crosses, who computes how much. */
final class PlanSections {
    /** Most workers with a column or row of their own. */
    static final int MOST_WORKERS = 64;

    private static final int MOST_COLUMNS = 12;
    private static final int MOST_LINKS = 400;
    private static final int MOST_RANGES = 200;
    private static final int STRIP_WIDTH = 420;

    private final Findings findings;
    private final Plan plan;
    private final int shown;

    PlanSections(Findings findings) {
        this.findings = findings;
        this.plan = findings.bundle().plan();
        this.shown = Math.min(plan.workers(), MOST_WORKERS);
    }

    String tiles() {
        Plan.Account account = plan.account();
        Evaluation evaluation = findings.evaluation();
        StringBuilder out = new StringBuilder("<dl class=\"tiles\">\n");
        if (evaluation == null) {
            tile(out, "accuracy", "Accuracy", "not judged", "give labelled inputs with --data");
        } else {
            tile(
                    out,
                    "accuracy-plan",
                    "Accuracy",
                    Markup.percent(evaluation.plan()),
                    "original " + Markup.percent(evaluation.original()) + ", "
                            + Markup.count(evaluation.samples(), "sample", "samples"));
        }
        tile(out, "values", "Values per inference", Markup.count(account.values()), "numbers between workers");
        tile(
                out,
                "rounds",
                "Rounds",
                Markup.count(plan.rounds()),
                (plan.rounds() == 0 ? "nobody waits" : "exchanges one after the other")
                        + (account.roundsSaved() == 0
                                ? ""
                                : "; " + Markup.count(account.roundsSaved()) + " more if nothing were dropped"));
        tile(out, "bytes", "Bytes per inference", Markup.count(account.bytes()), "frames, header and payload");
        tile(
                out,
                "busiest",
                "Busiest worker",
                Markup.percent(Words.busiest(plan), account.multiplyAdds()),
                "of the original\u2019s multiply-adds");
        return out.append("</dl>\n").toString();
    }

    private static void tile(StringBuilder out, String id, String name, String value, String more) {
        out.append("<div><dt>")
                .append(Markup.escaped(name))
                .append("</dt><dd class=\"big\" id=\"")
                .append(id)
                .append("\">")
                .append(Markup.escaped(value))
                .append("</dd><dd>")
                .append(Markup.escaped(more))
                .append("</dd></div>\n");
    }

    String summary() {
        Plan.Account account = plan.account();
        Evaluation evaluation = findings.evaluation();
        StringBuilder out = new StringBuilder(Markup.paragraph(Words.summary(plan)
                + (evaluation == null
                        ? ""
                        : " Of " + Markup.count(evaluation.samples(), "sample", "samples") + " it gets "
                                + Markup.percent(evaluation.plan()) + " right, the original "
                                + Markup.percent(evaluation.original()) + ".")));
        out.append("<p id=\"alone\"><strong>Is one device alone better?</strong> ")
                .append(Markup.escaped(Words.alone(plan)))
                .append("</p>\n");
        if (plan.workers() > 1) {
            long most = Math.max(
                    1,
                    Math.max(
                            account.values(),
                            Math.max(account.baseline(), Math.max(account.naive(), account.lateFusion()))));
            Table table = new Table(
                    "Values per inference beside the rivals",
                    evaluation == null
                            ? List.of("", "values", "", "what it is")
                            : List.of("", "values", "", "accuracy", "what it is"));
            for (Rival rival : rivals(account)) {
                table.row(rival.name(), rival.name().equals("this plan") ? "own" : "")
                        .count(rival.id(), rival.values())
                        .markup(Markup.bar((double) rival.values() / most));
                if (evaluation != null) {
                    table.number(accuracy(rival.name(), evaluation));
                }
                table.text(rival.what());
            }
            out.append(table.html());
        }
        if (!plan.warnings().isEmpty()) {
            out.append("<ul class=\"note\">");
            plan.warnings()
                    .forEach(warning ->
                            out.append("<li>").append(Markup.escaped(warning)).append("</li>"));
            out.append("</ul>\n");
        }
        return out.toString();
    }

    private record Rival(String name, String id, long values, String what) {}

    private static List<Rival> rivals(Plan.Account account) {
        return List.of(
                new Rival("this plan", "values-plan", account.values(), "numbers sent between workers"),
                new Rival(
                        "naive",
                        "values-naive",
                        account.naive(),
                        account.naive() == 0
                                ? "every worker has the whole input already, and computes everything"
                                : "every worker is given the whole input, and computes everything"),
                new Rival(
                        "original order",
                        "values-baseline",
                        account.baseline(),
                        "contiguous parts, nothing dropped, activations only"),
                new Rival(
                        "late fusion",
                        "values-late-fusion",
                        account.lateFusion(),
                        "nothing crosses but partial sums of the last layer"));
    }

    /** Of late fusion only where the comparison had it on the same samples. */
    private String accuracy(String rival, Evaluation evaluation) {
        Curves.Sweep sweep = findings.sweep();
        return switch (rival) {
            case "this plan" -> Markup.percent(evaluation.plan());
            case "late fusion" ->
                sweep == null || sweep.samples() != evaluation.samples()
                        ? "\u2013"
                        : sweep.points("late-fusion").stream()
                                .map(point -> Markup.percent(point.accuracy()))
                                .findFirst()
                                .orElse("\u2013");
            default -> Markup.percent(evaluation.original());
        };
    }

    String layers() {
        Table table = new Table(
                "Layers in the order they are computed",
                List.of("layer", "operator", "units", "weights", "cross edges", "kept", "", "values", "exchange"));
        for (int i = 0; i < plan.layers().size(); i++) {
            Plan.Layer layer = plan.layers().get(i);
            Integer whole = layer.whole();
            table.row(layer.name())
                    .text(layer.operator() + (whole == null ? "" : ", whole on worker " + whole))
                    .count(layer.units())
                    .count(layer.weights())
                    .count("layer-" + i + "-cross", layer.crossEdges())
                    .count("layer-" + i + "-kept", layer.keptEdges())
                    .number(Markup.percent(layer.keptEdges(), layer.crossEdges()))
                    .count("layer-" + i + "-values", layer.values())
                    .number(layer.step() == 0 ? "none" : String.valueOf(layer.step()));
        }
        return table.html()
                + Markup.note("A cross edge is a weight that is not zero between units of different workers under this"
                        + " assignment; kept are those that were not dropped. Values are the numbers sent to compute the"
                        + " layer. Layers that wait for the same exchange share its frames.");
    }

    String assignment() {
        boolean columns = plan.workers() <= MOST_COLUMNS;
        List<String> heads = new ArrayList<>(List.of("space", "units"));
        if (columns) {
            for (int k = 0; k < plan.workers(); k++) {
                heads.add("worker " + k);
            }
        } else {
            heads.add("per worker");
        }
        heads.add("units in the model\u2019s order, a line per worker");
        Table table = new Table("Units per worker", heads);
        for (int i = 0; i < plan.spaces().size(); i++) {
            Plan.Space space = plan.spaces().get(i);
            int[] counts = new int[plan.workers()];
            for (int owner : space.owners()) {
                counts[owner]++;
            }
            table.row(space.name()).text(Words.kind(space.kind(), space.owners().length));
            if (columns) {
                for (int k = 0; k < counts.length; k++) {
                    table.count("space-" + i + "-worker-" + k, counts[k]);
                }
            } else {
                int least = java.util.Arrays.stream(counts).min().orElse(0);
                int most = java.util.Arrays.stream(counts).max().orElse(0);
                table.number(least == most ? Markup.count(least) : Markup.count(least) + "\u2013" + Markup.count(most));
            }
            table.markup(strip(space));
        }
        return table.html() + unitLists();
    }

    /** A line per worker, filled where its units are. */
    private String strip(Plan.Space space) {
        int[] owners = space.owners();
        double unit = (double) STRIP_WIDTH / Math.max(1, owners.length);
        int line = shown <= 8 ? 8 : shown <= 16 ? 5 : 2;
        StringBuilder path = new StringBuilder();
        for (int from = 0; from < owners.length; ) {
            int to = from + 1;
            while (to < owners.length && owners[to] == owners[from]) {
                to++;
            }
            if (owners[from] < shown) {
                path.append(String.format(
                        Locale.ROOT,
                        "M%.1f %dh%.1fv%dh-%.1fz",
                        from * unit,
                        owners[from] * line,
                        (to - from) * unit,
                        line - 1,
                        (to - from) * unit));
            }
            from = to;
        }
        return String.format(
                Locale.ROOT,
                "<svg class=\"strip\" role=\"img\" aria-label=\"%s\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\""
                        + " preserveAspectRatio=\"none\"><title>%s</title><path d=\"%s\"/></svg>",
                Markup.escaped("Which units of " + space.name() + " each worker has"),
                STRIP_WIDTH,
                shown * line,
                STRIP_WIDTH,
                shown * line,
                Markup.escaped("Which units of " + space.name() + " each worker has; lists below"),
                path);
    }

    private String unitLists() {
        StringBuilder out = new StringBuilder("<details><summary>Lists of units</summary>\n");
        for (Plan.Space space : plan.spaces()) {
            Table table = new Table("Units of " + space.name() + ", numbered from 0", List.of("worker", "units"));
            for (int k = 0; k < shown; k++) {
                table.row(String.valueOf(k)).text(Words.units(space.owners(), k, MOST_RANGES));
            }
            out.append(table.html());
        }
        return out.append(rest()).append("</details>\n").toString();
    }

    private String rest() {
        return plan.workers() > shown
                ? Markup.note("The first " + shown + " of " + Markup.count(plan.workers())
                        + " workers are shown; plan.json has all.")
                : "";
    }

    private static long numbers(Plan.Link link, String kind) {
        return link.pieces().stream()
                .filter(piece -> piece.kind().equals(kind))
                .mapToLong(piece -> (long) piece.indices().length * piece.each())
                .sum();
    }

    String links() {
        if (plan.exchanges().isEmpty()) {
            return Markup.paragraph("Nothing crosses between workers.");
        }
        StringBuilder out = new StringBuilder();
        if (plan.workers() <= MOST_COLUMNS) {
            out.append(matrix());
        }
        Table table = new Table(
                "Frames of one inference",
                List.of("round", "from \u2192 to", "activations", "partial sums", "values", "bytes", "what is in it"));
        int rows = 0;
        int all = 0;
        for (Plan.Exchange exchange : plan.exchanges()) {
            for (Plan.Link link : exchange.links()) {
                all++;
                if (rows < MOST_LINKS) {
                    String id = "link-" + exchange.step() + "-" + link.from() + "-" + link.to();
                    table.row(String.valueOf(exchange.step()))
                            .text(link.from() + " \u2192 " + link.to())
                            .count(id + "-activations", numbers(link, "activation"))
                            .count(id + "-sums", numbers(link, "partialSum"))
                            .count(id + "-values", link.values())
                            .count(id + "-bytes", link.bytes())
                            .text(pieces(link));
                    rows++;
                }
            }
        }
        out.append(table.html());
        if (all > rows) {
            out.append(Markup.note(
                    "The first " + rows + " of " + Markup.count(all) + " frames are shown; plan.json has all."));
        }
        return out.append(Markup.note(
                        "An activation is a unit\u2019s signal, which the receiver weighs; a partial sum is the"
                                + " sender\u2019s weighted sum towards one unit of the receiver. Per link whichever are fewest."
                                + " Delivering inputs to their owners and answers to whoever asked is not counted ("
                                + Markup.count(plan.account().inputValues()) + " and "
                                + Markup.count(plan.account().outputValues()) + " numbers)."))
                .toString();
    }

    private static String pieces(Plan.Link link) {
        StringBuilder text = new StringBuilder();
        for (Plan.Piece piece : link.pieces()) {
            text.append(text.isEmpty() ? "" : "; ")
                    .append(Markup.count(piece.indices().length))
                    .append(piece.each() == 1 ? "" : " × " + Markup.count(piece.each()))
                    .append(piece.kind().equals("activation") ? " activation" : " partial sum")
                    .append(piece.indices().length == 1 && piece.each() == 1 ? "" : "s")
                    .append(piece.kind().equals("activation") ? " of " : " for ")
                    .append(piece.value());
        }
        return text.toString();
    }

    private String matrix() {
        long[][] values = new long[plan.workers()][plan.workers()];
        long[][] bytes = new long[plan.workers()][plan.workers()];
        for (Plan.Exchange exchange : plan.exchanges()) {
            for (Plan.Link link : exchange.links()) {
                values[link.from()][link.to()] += link.values();
                bytes[link.from()][link.to()] += link.bytes();
            }
        }
        List<String> heads = new ArrayList<>(List.of("sender"));
        for (int k = 0; k < plan.workers(); k++) {
            heads.add("to " + k);
        }
        Table table = new Table("Values (bytes) per inference, sender to receiver, all rounds", heads);
        for (int k = 0; k < plan.workers(); k++) {
            table.row("worker " + k);
            for (int j = 0; j < plan.workers(); j++) {
                table.number(
                        k == j
                                ? "\u00B7"
                                : Markup.count(values[k][j])
                                        + (bytes[k][j] == 0 ? "" : " (" + Markup.count(bytes[k][j]) + ")"));
            }
        }
        return table.html();
    }

    String work() {
        long original = plan.account().multiplyAdds();
        Table table = new Table(
                "Per worker and inference",
                List.of("worker", "multiply-adds", "of the original", "", "parameters", "inputs", "answers"));
        for (int k = 0; k < shown; k++) {
            Plan.Part part = plan.parts().get(k);
            table.row(String.valueOf(k))
                    .count("work-" + k, part.multiplyAdds())
                    .number(Markup.percent(part.multiplyAdds(), original))
                    .markup(Markup.bar((double) part.multiplyAdds() / Math.max(1, original)))
                    .count(part.parameters())
                    .count(part.inputValues())
                    .count(part.outputValues());
        }
        table.row("original, whole", "own")
                .count("work-original", original)
                .number("100\u202F%")
                .markup(Markup.bar(1))
                .number("")
                .count(plan.inputElements())
                .number("");
        return table.html()
                + rest()
                + Markup.note(
                        "A worker\u2019s count has the zeros inside the dense blocks it multiplies; the original\u2019s"
                                + " has not. The last steps (" + finish() + ") are run by whoever asked.");
    }

    private String finish() {
        List<String> operators = plan.finish().operators();
        return operators.isEmpty() ? "putting the answer together" : String.join(", ", operators);
    }
}
