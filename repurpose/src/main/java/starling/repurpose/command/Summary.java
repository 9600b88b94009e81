package starling.repurpose.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import starling.models.plan.Plan;
import starling.repurpose.edges.ErrorBound;
import starling.repurpose.evaluate.Evaluation;
import starling.repurpose.latency.Latency;
import starling.repurpose.report.Frontier;
import starling.repurpose.values.DropSearch;

/** What {@code partition} and {@code evaluate} print of a plan: JSON with the contract's keys, or text. */
final class Summary {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private Summary() {}

    static void json(PrintWriter out, ObjectNode object) {
        try {
            out.println(MAPPER.writeValueAsString(object));
            out.flush();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree is always writable", e);
        }
    }

    static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    static ObjectNode of(Plan plan, @Nullable Evaluation evaluation) {
        Plan.Account account = plan.account();
        ObjectNode root = object();
        root.put("workers", plan.workers());
        root.put("objective", plan.objective());
        root.putObject("edges").put("cross", account.crossEdges()).put("kept", account.keptEdges());
        root.putObject("values")
                .put("naive", account.naive())
                .put("baseline", account.baseline())
                .put("lateFusion", account.lateFusion())
                .put("plan", account.values());
        root.put("outputValues", account.outputValues());
        root.put("rounds", plan.rounds());
        root.put("roundsSaved", account.roundsSaved());
        root.put("bytes", account.bytes());
        ObjectNode accuracy = root.putObject("accuracy");
        if (evaluation == null) {
            accuracy.putNull("original").putNull("plan").putNull("samples");
        } else {
            accuracy.put("original", evaluation.original())
                    .put("plan", evaluation.plan())
                    .put("samples", evaluation.samples());
        }
        ObjectNode work = root.putObject("multiplyAdds").put("original", account.multiplyAdds());
        ArrayNode perWorker = work.putArray("perWorker");
        plan.parts().forEach(part -> perWorker.add(part.multiplyAdds()));
        root.put("assignmentSeconds", account.assignmentSeconds());
        ArrayNode layers = root.putArray("layers");
        for (Plan.Layer layer : plan.layers()) {
            layers.addObject()
                    .put("name", layer.name())
                    .put("units", layer.units())
                    .put("crossEdges", layer.crossEdges())
                    .put("keptEdges", layer.keptEdges())
                    .put("values", layer.values());
        }
        return root;
    }

    static void text(PrintWriter out, Plan plan, @Nullable Evaluation evaluation) {
        Plan.Account account = plan.account();
        out.printf(
                Locale.ROOT,
                "%s over %d workers, objective %s%s%n",
                plan.modelName(),
                plan.workers(),
                plan.objective(),
                plan.baseline() == null ? "" : ", baseline " + plan.baseline());
        out.printf(
                Locale.ROOT,
                "  values per inference  %d in %d rounds%s, %d bytes (naive %d, original order %d, late fusion %d)%n",
                account.values(),
                plan.rounds(),
                account.roundsSaved() == 0 ? "" : " (" + account.roundsSaved() + " saved)",
                account.bytes(),
                account.naive(),
                account.baseline(),
                account.lateFusion());
        out.printf(Locale.ROOT, "  cross edges           %d kept of %d%n", account.keptEdges(), account.crossEdges());
        StringBuilder work = new StringBuilder();
        plan.parts().forEach(part -> work.append(' ').append(part.multiplyAdds()));
        out.printf(Locale.ROOT, "  multiply-adds         %d alone; per worker%s%n", account.multiplyAdds(), work);
        if (evaluation != null) {
            out.printf(
                    Locale.ROOT,
                    "  accuracy              %.4f, original %.4f, on %d samples%n",
                    evaluation.plan(),
                    evaluation.original(),
                    evaluation.samples());
        }
        for (Plan.Layer layer : plan.layers()) {
            out.printf(
                    Locale.ROOT,
                    "  %-30s %6d units %10d of %10d cross edges %8d values%s%n",
                    layer.name(),
                    layer.units(),
                    layer.keptEdges(),
                    layer.crossEdges(),
                    layer.values(),
                    layer.whole() == null ? "" : "  whole on worker " + layer.whole());
        }
        plan.warnings().forEach(warning -> out.println("  note: " + warning));
        out.flush();
    }

    /** Accuracy with workers missing, as {@code plan.json} has it below its number of workers, and that number. */
    static void put(ObjectNode root, int k, Plan.Missing measured) {
        ObjectNode missing = root.putObject("missing").put("k", k);
        missing.setAll((ObjectNode) MAPPER.valueToTree(measured));
    }

    static void text(PrintWriter out, int k, Plan.Missing measured, boolean stored) {
        out.printf(
                Locale.ROOT,
                "  accuracy with %d of the workers away, %d of %s sets, on %d samples%n",
                k,
                measured.each().size(),
                measured.subsets() == Long.MAX_VALUE ? "countless" : String.valueOf(measured.subsets()),
                measured.samples());
        measured.spread()
                .forEach((policy, spread) -> out.printf(
                        Locale.ROOT,
                        "    %-4s  worst %.4f, mean %.4f, best %.4f%n",
                        policy,
                        spread.worst(),
                        spread.mean(),
                        spread.best()));
        for (Plan.Away away : measured.each()) {
            StringBuilder line = new StringBuilder();
            away.accuracy()
                    .forEach((policy, accuracy) ->
                            line.append(String.format(Locale.ROOT, "  %s %.4f", policy, accuracy)));
            out.println("    without " + away.workers() + line);
        }
        if (stored) {
            out.println("  note: stored in plan.json, whose hash is another now: give agents and router this plan");
        }
        out.flush();
    }

    /** What {@code --max-drop} reached. */
    static void put(ObjectNode root, double asked, DropSearch.Reached reached, int samples) {
        root.putObject("maxDrop")
                .put("asked", asked)
                .put("reached", reached.original() - reached.accuracy())
                .put("accuracy", reached.accuracy())
                .put("original", reached.original())
                .put("samples", samples)
                .put("plans", reached.plans());
    }

    static void text(PrintWriter out, DropSearch.Reached reached, int samples) {
        out.printf(
                Locale.ROOT,
                "  smallest plan found   %d values: accuracy %.4f, original %.4f, on %d calibration samples held back;"
                        + " %d plans tried%n",
                reached.values(),
                reached.accuracy(),
                reached.original(),
                samples,
                reached.plans());
        out.flush();
    }

    /** What {@code --epsilon} found. */
    static void put(ObjectNode root, ErrorBound.Found bounded) {
        root.putObject("epsilon")
                .put("asked", bounded.epsilon())
                .put("eta2", bounded.eta2())
                .put("error", bounded.error())
                .put("relativeError", bounded.relative())
                .put("layer", bounded.layer())
                .put("plans", bounded.plans());
    }

    /** What {@code --profile} predicts. */
    static void put(ObjectNode root, Latency latency) {
        root.putObject("latency")
                .put("seconds", latency.seconds())
                .put("computeSeconds", latency.computeSeconds())
                .put("exchangeSeconds", latency.exchangeSeconds())
                .put("aloneSeconds", latency.aloneSeconds())
                .put("aloneFaster", latency.aloneFaster());
    }

    /** The plans to choose from; null where there is nothing to choose. */
    static void put(ObjectNode root, @Nullable Frontier frontier) {
        if (frontier == null) {
            root.putNull("frontier");
            return;
        }
        ObjectNode all =
                root.putObject("frontier").put("samples", frontier.samples()).put("cut", frontier.cut());
        ArrayNode points = all.putArray("points");
        for (Frontier.Entry entry : frontier.points()) {
            points.addObject()
                    .put("plan", entry.variant())
                    .put("budget", entry.point().budget())
                    .put("eta2", entry.point().eta2())
                    .put("accuracy", entry.point().accuracy())
                    .put("values", entry.point().values())
                    .put("bytes", entry.point().cost().bytes())
                    .put("rounds", entry.point().cost().rounds())
                    .put("latencySeconds", entry.seconds())
                    .put("efficient", entry.efficient());
        }
    }

    static void text(PrintWriter out, Frontier frontier) {
        out.printf(Locale.ROOT, "  plans to choose from, on %d samples (* no other is better)%n", frontier.samples());
        for (Frontier.Entry entry : frontier.points()) {
            Double seconds = entry.seconds();
            out.printf(
                    Locale.ROOT,
                    "    %s %-12s accuracy %.4f %8d values %9d bytes %3d rounds%s%n",
                    entry.efficient() ? "*" : " ",
                    entry.variant(),
                    entry.point().accuracy(),
                    entry.point().values(),
                    entry.point().cost().bytes(),
                    entry.point().cost().rounds(),
                    seconds == null ? "" : String.format(Locale.ROOT, " %10.3f ms", 1e3 * seconds));
        }
        if (frontier.cut()) {
            out.println("    not all plans could be made in time");
        }
        out.flush();
    }
}
