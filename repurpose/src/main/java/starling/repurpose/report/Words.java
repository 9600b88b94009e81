package starling.repurpose.report;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import starling.models.plan.Plan;

/** What a plan is, in sentences. */
final class Words {
    private Words() {}

    /** Model, split, what was dropped. */
    static String summary(Plan plan) {
        Plan.Account account = plan.account();
        StringBuilder text = new StringBuilder();
        text.append(plan.modelName())
                .append(" reads ")
                .append(plan.inputs().stream()
                        .map(input -> "'" + input.name() + "' (" + shape(input.shape()) + ", " + placed(input) + ")")
                        .collect(Collectors.joining(" and ")))
                .append(" and answers ")
                .append(plan.outputs().stream()
                        .map(output -> "'" + output.name() + "' (" + shape(output.shape()) + ")")
                        .collect(Collectors.joining(" and ")))
                .append(". ")
                .append(made(plan))
                .append(' ');
        if (plan.workers() == 1) {
            return text.append("With one worker nothing crosses a network.").toString();
        }
        text.append("Of ")
                .append(Markup.count(account.crossEdges()))
                .append(" weights between workers ")
                .append(
                        account.keptEdges() == account.crossEdges()
                                ? "all are kept"
                                : Markup.count(account.keptEdges()) + " are kept ("
                                        + Markup.percent(account.keptEdges(), account.crossEdges()) + ")")
                .append("; per inference ")
                .append(Markup.count(account.values(), "number crosses", "numbers cross"))
                .append(" between workers in ")
                .append(Markup.count(plan.rounds(), "round", "rounds"))
                .append(", ")
                .append(Markup.count(account.bytes(), "byte", "bytes"))
                .append(" in all.");
        return text.toString();
    }

    private static String placed(Plan.Input input) {
        return switch (input.placement()) {
            case "split" -> "every worker has its own part";
            case "replicated" -> "every worker has the whole";
            default -> "parts owned as stated";
        };
    }

    private static String made(Plan plan) {
        String fleet = Markup.count(plan.workers(), "worker", "workers");
        String baseline = plan.baseline();
        if (baseline == null) {
            return "It is split over " + fleet
                    + (plan.objective().equals("edges")
                            ? " by the edge objective: small weights between workers are dropped."
                            : " by the values objective: few numbers are to cross between workers.");
        }
        return switch (baseline) {
            case "naive" ->
                "This is the naive rival: each of " + fleet + " is sent the whole input and computes everything.";
            case "original-order" -> "This is a rival: contiguous parts for " + fleet + ", nothing dropped.";
            case "sparse" -> "This is a rival: contiguous parts for " + fleet + ", small weights dropped.";
            default ->
                "This is the late-fusion rival: " + fleet + " add up their parts of the last layer and nothing else.";
        };
    }

    /** Whether one device alone would be better, as far as the plan tells. */
    static String alone(Plan plan) {
        if (plan.workers() == 1) {
            return "This plan is one device alone.";
        }
        long all = plan.account().multiplyAdds();
        long busiest = busiest(plan);
        if (busiest >= all) {
            return "Judged by time, yes: the busiest worker multiplies as much as one device alone ("
                    + Markup.count(busiest) + " against " + Markup.count(all)
                    + "), which waits for nobody; the split pays where the inputs arise on several devices or no device can"
                    + " hold the model.";
        }
        String given = "";
        int most = plan.parts().stream().mapToInt(Plan.Part::inputValues).max().orElse(0);
        if (most < plan.inputElements()) {
            given = ", and is sent the " + Markup.count((long) plan.inputElements() - most)
                    + " input numbers that arise elsewhere,";
        }
        if (plan.rounds() == 0) {
            return "No: the busiest worker has " + Markup.count(busiest) + " of " + Markup.count(all)
                    + " multiply-adds to do and waits for nobody.";
        }
        return "Judged by time, yes if one device does the " + Markup.count(all - busiest)
                + " multiply-adds that the split saves the busiest worker" + given + " sooner than the fleet does "
                + (plan.rounds() == 1 ? "its one round" : "its " + plan.rounds() + " rounds")
                + " over the network; how fast your devices and network are is not known here.";
    }

    static long busiest(Plan plan) {
        return plan.parts().stream().mapToLong(Plan.Part::multiplyAdds).max().orElse(0);
    }

    static String shape(int[] shape) {
        return shape.length == 0
                ? "1"
                : Arrays.stream(shape).mapToObj(String::valueOf).collect(Collectors.joining("×"));
    }

    /** The units of a worker as ranges, the first ones if there are many. */
    static String units(int[] owners, int worker, int most) {
        List<String> ranges = new java.util.ArrayList<>();
        int more = 0;
        for (int from = 0; from < owners.length; ) {
            int to = from;
            while (to < owners.length && owners[to] == worker) {
                to++;
            }
            if (to > from) {
                if (ranges.size() < most) {
                    ranges.add(to - from == 1 ? String.valueOf(from) : from + "\u2013" + (to - 1));
                } else {
                    more++;
                }
            }
            from = Math.max(to, from + 1);
        }
        if (ranges.isEmpty()) {
            return "none";
        }
        return String.join(", ", ranges)
                + (more == 0
                        ? ""
                        : " and " + Markup.count(more, "more range", "more ranges") + ", listed in plan.json");
    }

    /** What a worker's unit is called. */
    static String kind(String kind, int count) {
        return kind.equals("whole")
                ? count == 1 ? "operator run whole" : "operators run whole"
                : Markup.count(count) + "\u00A0" + kind + (count == 1 ? "" : "s");
    }
}
