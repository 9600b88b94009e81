package starling.repurpose.space;

import java.util.Arrays;
import java.util.Map;
import starling.models.UnfitException;
import starling.models.graph.Shapes;
import starling.repurpose.assign.AssignmentProblem;
import starling.repurpose.assign.Capacities;

/** Owners that are not a matter of cost: those of inputs, of operators run whole, and of the original order. */
public final class Ownership {
    /** A unit without an owner yet. */
    public static final int FREE = -1;

    private Ownership() {}

    /** Owners of all input units as their rules say; {@link #FREE} for all others. */
    public static int[] ofInputs(SplitGraph graph, Map<String, InputRule> rules, Capacities capacities) {
        int[] owners = new int[graph.units()];
        Arrays.fill(owners, FREE);
        for (String input : graph.model().inputs()) {
            Layout layout = graph.layout(input);
            if (layout.isReplicated()) {
                continue;
            }
            if (rules.get(input) instanceof InputRule.Owners stated) {
                state(graph, input, stated.owners(), capacities.workers(), owners);
            } else {
                int[] units = Arrays.stream(layout.units()).distinct().toArray();
                int[] parts = capacities.contiguousOwners(units.length);
                for (int i = 0; i < units.length; i++) {
                    owners[units[i]] = parts[i];
                }
            }
        }
        return owners;
    }

    private static void state(SplitGraph graph, String input, int[] stated, int workers, int[] owners) {
        int[] shape = graph.model().shape(input);
        int[] elements = graph.layout(input).ofElements(shape);
        int inner = shape.length > 1 ? Shapes.inner(shape, 1) : 1;
        for (int e = 0; e < elements.length; e++) {
            int owner = stated.length == elements.length
                    ? stated[e]
                    : stated.length == 1 ? stated[0] : stated[e / inner % stated.length];
            if (owner < 0 || owner >= workers) {
                throw new UnfitException("owners of input '" + input + "' must be workers 0 .. " + (workers - 1)
                        + ": element " + e + " is given to " + owner);
            }
            int unit = elements[e];
            if (owners[unit] != FREE && owners[unit] != owner) {
                throw new UnfitException("owners of input '" + input + "' must be alike where the model reads elements"
                        + " together: element " + e + " belongs with elements of worker " + owners[unit]
                        + " and is given to " + owner);
            }
            owners[unit] = owner;
        }
    }

    /** Gives the operators run whole of a space to the worker that has the most numbers they read; ties to the lower. */
    public static void pinWhole(SplitGraph graph, SplitGraph.Space space, int workers, int[] owners) {
        for (int unit : space.units()) {
            if (owners[unit] != FREE) {
                continue;
            }
            long[] numbers = new long[workers];
            for (Operation operation : graph.operations()) {
                if (operation instanceof Operation.Whole whole
                        && graph.layout(whole.node().output()).units()[0] == unit) {
                    for (String value : graph.signals(whole.node())) {
                        Layout layout = graph.layout(value);
                        int each = graph.model().isSignal(value)
                                ? layout.isReplicated()
                                        ? 0
                                        : layout.each(graph.model().shape(value))
                                : 0;
                        for (int source : layout.units()) {
                            if (owners[source] != FREE) {
                                numbers[owners[source]] += each;
                            }
                        }
                    }
                }
            }
            int best = 0;
            for (int k = 1; k < workers; k++) {
                best = numbers[k] > numbers[best] ? k : best;
            }
            owners[unit] = best;
        }
    }

    /** The original order: every space in contiguous parts, as the capacities say. */
    public static int[] inOriginalOrder(SplitGraph graph, Capacities capacities, int[] inputs) {
        int[] owners = inputs.clone();
        for (SplitGraph.Space space : graph.spaces()) {
            if (space.producers().isEmpty()) {
                pinWhole(graph, space, capacities.workers(), owners);
                continue;
            }
            int[] parts = capacities.contiguousOwners(space.units().length);
            for (int i = 0; i < parts.length; i++) {
                if (owners[space.units()[i]] == FREE) {
                    owners[space.units()[i]] = parts[i];
                }
            }
        }
        return owners;
    }

    /** The transportation problem of one space; units pinned beyond a worker's share raise it. */
    public static AssignmentProblem problem(double[][] cost, int[] counts, int[] pins) {
        int[] pinned = new int[counts.length];
        boolean any = false;
        for (int pin : pins) {
            if (pin != AssignmentProblem.FREE) {
                pinned[pin]++;
                any = true;
            }
        }
        if (!any) {
            return AssignmentProblem.exact(cost, counts);
        }
        int[] room = counts.clone();
        for (int k = 0; k < room.length; k++) {
            int excess = Math.max(0, pinned[k] - room[k]);
            room[k] += excess;
            while (excess > 0) {
                int most = -1;
                for (int j = 0; j < room.length; j++) {
                    if (room[j] > pinned[j] && (most < 0 || room[j] - pinned[j] > room[most] - pinned[most])) {
                        most = j;
                    }
                }
                room[most]--;
                excess--;
            }
        }
        return AssignmentProblem.exact(cost, room).pinned(pins);
    }
}
