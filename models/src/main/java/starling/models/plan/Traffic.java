package starling.models.plan;

import java.util.ArrayList;
import java.util.List;
import starling.models.graph.Shapes;

/**
 * Frames that go one way, counted from a plan: what packets and queues must have room for. The sums of one inference; {@link #atOnce} gives
 * those of several.
 *
 * @param frames how many
 * @param notes how many of them carry a note beside their numbers: answers and replies say what they cost
 * @param values numbers in all of them together
 * @param longest numbers in the longest
 */
public record Traffic(long frames, long notes, long values, long longest) {
    /** No frames. */
    public static final Traffic NONE = new Traffic(0, 0, 0, 0);

    /** While the frames of new inferences are sent, those of as many that have just ended may still wait to be acknowledged. */
    private static final int GENERATIONS = 2;

    /** One frame of so many numbers. */
    public static Traffic frame(long numbers) {
        return new Traffic(1, 0, numbers, numbers);
    }

    private static Traffic noted(long numbers) {
        return new Traffic(1, 1, numbers, numbers);
    }

    /** Both together. */
    public Traffic plus(Traffic other) {
        return new Traffic(
                frames + other.frames, notes + other.notes, values + other.values, Math.max(longest, other.longest));
    }

    /** The most of both in each respect. */
    public Traffic or(Traffic other) {
        return new Traffic(
                Math.max(frames, other.frames),
                Math.max(notes, other.notes),
                Math.max(values, other.values),
                Math.max(longest, other.longest));
    }

    /** What may be on its way at once when so many inferences are in flight: twice theirs, for their predecessors' sake. */
    public Traffic atOnce(int inferences) {
        long times = (long) GENERATIONS * inferences;
        return new Traffic(times * frames, times * notes, times * values, longest);
    }

    /** What a worker sends: its frames and its answer. */
    public static Traffic sentBy(Plan plan, int worker) {
        Traffic sum = noted(plan.parts().get(worker).outputValues());
        for (Plan.Exchange exchange : plan.exchanges()) {
            for (Plan.Link link : exchange.links()) {
                sum = link.from() == worker ? sum.plus(frame(link.values())) : sum;
            }
        }
        return sum;
    }

    /** What other workers send to a worker. */
    public static Traffic framesFor(Plan plan, int worker) {
        Traffic sum = NONE;
        for (Plan.Exchange exchange : plan.exchanges()) {
            for (Plan.Link link : exchange.links()) {
                sum = link.to() == worker ? sum.plus(frame(link.values())) : sum;
            }
        }
        return sum;
    }

    /** What the router sends to a worker. */
    public static Traffic inputFor(Plan plan, int worker) {
        return frame(plan.parts().get(worker).inputValues());
    }

    /** What all workers send to the router. */
    public static Traffic answers(Plan plan) {
        Traffic sum = NONE;
        for (Plan.Part part : plan.parts()) {
            sum = sum.plus(noted(part.outputValues()));
        }
        return sum;
    }

    /** What a client sends to the router. */
    public static Traffic request(Plan plan) {
        return frame(plan.inputElements());
    }

    /** What the router sends to a client. */
    public static Traffic reply(Plan plan) {
        return noted(plan.outputs().stream()
                .mapToLong(output -> Shapes.elements(output.shape()))
                .sum());
    }

    /** What the router sends: every worker's input, and the reply. */
    public static Traffic sentByRouter(Plan plan) {
        Traffic sum = reply(plan);
        for (int k = 0; k < plan.workers(); k++) {
            sum = sum.plus(inputFor(plan, k));
        }
        return sum;
    }

    /** All that passes a broker, one entry per subscription of the fleet. */
    public static List<Traffic> perSubscription(Plan plan) {
        List<Traffic> all = new ArrayList<>(List.of(request(plan), reply(plan), answers(plan)));
        for (int k = 0; k < plan.workers(); k++) {
            all.add(inputFor(plan, k));
            all.add(framesFor(plan, k));
        }
        return all;
    }
}
