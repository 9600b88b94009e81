package starling.repurpose.report;

import java.util.ArrayList;
import java.util.List;
import starling.repurpose.assign.Assignment;
import starling.repurpose.assign.AssignmentProblem;
import starling.repurpose.assign.Munkres;
import starling.repurpose.assign.TransportationSolver;
import starling.repurpose.edges.EdgeObjective;
import starling.repurpose.partition.BundleNetwork;
import starling.repurpose.space.Ownership;
import starling.repurpose.space.SplitGraph;
import starling.repurpose.space.SplitNetwork;

/**
 * One space's assignment problem solved twice: which units give the least squared weight between workers, with the plan's
 * owners before it and as many units per worker as the plan has. Both solvers are exact, so their costs must be equal.
 *
 * @param space name of the space
 * @param units its units
 * @param plan what the plan's own owners cost by this measure; they may serve another
 * @param transport least cost as the transportation solver finds it
 * @param transportGap by how much its prices leave open that another assignment is cheaper
 * @param munkres least cost as Munkres finds it
 * @param munkresGap the same for its prices
 */
public record Certificate(
        String space,
        int units,
        double plan,
        double transport,
        double transportGap,
        double munkres,
        double munkresGap) {
    /** Munkres is O(N^3): larger spaces are left out. */
    public static final int MOST_UNITS = 2000;

    /** Whether both costs are equal up to rounding. */
    public boolean agree() {
        return Math.abs(transport - munkres) <= 1e-9 * Math.max(1, Math.abs(munkres));
    }

    /** Solves the spaces of a network that are small enough. */
    static List<Certificate> of(SplitNetwork network, long seed) {
        List<Certificate> all = new ArrayList<>();
        int[] inputs = BundleNetwork.inputOwners(network);
        for (SplitGraph.Space space : network.graph().spaces()) {
            if (network.workers() > 1 && !space.producers().isEmpty() && space.units().length <= MOST_UNITS) {
                all.add(of(network, space, inputs, seed));
            }
        }
        return all;
    }

    private static Certificate of(SplitNetwork network, SplitGraph.Space space, int[] inputs, long seed) {
        int[] owners = network.owners();
        int[] counts = new int[network.workers()];
        int[] pins = new int[space.units().length];
        double[][] cost = EdgeObjective.cost(
                network.graph(), space, network.workers(), owners, new EdgeObjective.Thresholds(0, null));
        double plan = 0;
        for (int i = 0; i < pins.length; i++) {
            int unit = space.units()[i];
            counts[owners[unit]]++;
            plan += cost[owners[unit]][i];
            pins[i] = inputs[unit] == Ownership.FREE ? AssignmentProblem.FREE : inputs[unit];
        }
        AssignmentProblem problem = Ownership.problem(cost, counts, pins);
        Assignment fast = new TransportationSolver(seed).solve(problem);
        Assignment dense = new Munkres().solve(problem);
        return new Certificate(
                space.name(),
                pins.length,
                plan,
                fast.cost(),
                fast.optimalityGap(),
                dense.cost(),
                dense.optimalityGap());
    }
}
