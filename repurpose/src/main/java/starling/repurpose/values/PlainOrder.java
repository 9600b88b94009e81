package starling.repurpose.values;

import starling.repurpose.assign.TransportationSolver;
import starling.repurpose.space.Ownership;
import starling.repurpose.space.SplitNetwork;

/**
 * The baselines that rearrange nothing: every space is cut into contiguous parts in its original order, as the capacities
 * say.
 */
public final class PlainOrder {
    private PlainOrder() {}

    /** Nothing pruned either. */
    public static SplitNetwork unpruned(ValuesObjective.Task task) {
        int[] owners = Ownership.inOriginalOrder(task.graph(), task.capacities(), task.inputs());
        return SplitNetwork.original(task.graph(), task.capacities().workers(), owners);
    }

    /**
     * Sparse at a stated number of values: the activations and partial sums with the most squared weight per number are kept,
     * all other cross edges are dropped, and no weight is re-fitted.
     *
     * @throws starling.models.UnfitException if even with all of them dropped more must be sent
     */
    public static ValuesObjective.Outcome sparse(ValuesObjective.Task task, long maxValues) {
        int[] owners = Ownership.inOriginalOrder(task.graph(), task.capacities(), task.inputs());
        ValuesObjective.Task fixed = new ValuesObjective.Task(task.graph(), task.capacities(), owners, null);
        return new ValuesObjective(
                        fixed, new ValuesObjective.Means(new TransportationSolver(0), 0, 1), (done, total) -> {})
                .plan(new ValuesObjective.Limits(maxValues, null));
    }
}
