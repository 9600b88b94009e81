package starling.repurpose.edges;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import starling.repurpose.assign.Assignment;
import starling.repurpose.assign.AssignmentProblem;
import starling.repurpose.assign.AssignmentSolver;
import starling.repurpose.assign.Capacities;
import starling.repurpose.space.LinearMap;
import starling.repurpose.space.Operation;
import starling.repurpose.space.Ownership;
import starling.repurpose.space.SplitGraph;
import starling.repurpose.space.SplitNetwork;

/**
 * RePurpose in the space of parameters (thesis Algorithms 3 and 4): layer by layer, the cost of giving unit i to worker j is
 *
 * <p>c_ji = sum over sources n of min(||w_ni||^2, eta1 + eta2 [o(n) != j]) ((6.4) with (6.5); (C.1) for channels, where w_ni is
 * the kernel between two channels and is dropped whole),
 *
 * <p>the assignment minimises the sum subject to the workers' shares of units, and the entries below their threshold are then
 * set to zero ((6.7), (C.2)). An eta2 that is not given is infinite in the cost, so that the most weight stays inside, and 0 in
 * the threshold: entries between workers are dropped where those inside are, at eta1. A bias moves with its unit and costs
 * nothing.
 *
 * <p>That single pass forwards sees only what a space costs behind it. Sweeps then go on from it: each step solves one space
 * given both its neighbours, exactly, and the cost of all layers together never rises; they end after the number asked for, or
 * when one changes nothing.
 *
 * <p>Cost: O(T S) per layer and pass for the costs, plus the assignment.
 */
public final class EdgeObjective {
    /** Sweeps where none are asked for: further ones changed the edges kept of four models by under a thousandth. */
    public static final int USUAL_SWEEPS = 2;

    /**
     * The thresholds.
     *
     * @param eta1 on every weight's square, at least 0
     * @param eta2 added for weights between workers; null is infinite in the cost and drops none of them beyond eta1
     */
    public record Thresholds(double eta1, @Nullable Double eta2) {
        double inside() {
            return eta1;
        }

        double across() {
            return eta2 == null ? Double.POSITIVE_INFINITY : eta1 + eta2;
        }
    }

    /**
     * One solved assignment.
     *
     * @param space name of the space
     * @param problem what was solved
     * @param assignment the optimum and its certificate
     */
    public record Solved(String space, AssignmentProblem problem, Assignment assignment) {}

    /**
     * One step of a sweep.
     *
     * @param space name of the space that was assigned anew
     * @param owners of all units after it
     * @param total cost of all layers after it
     */
    public record Step(String space, int[] owners, double total) {}

    /**
     * Owners and weights, with what led there.
     *
     * @param network the plan
     * @param solved the assignments of the single pass
     * @param passed cost of all layers after the single pass
     * @param steps what the sweeps changed, in order
     */
    public record Outcome(SplitNetwork network, List<Solved> solved, double passed, List<Step> steps) {
        /** The cost of all layers. */
        public double total() {
            return steps.isEmpty() ? passed : steps.get(steps.size() - 1).total();
        }
    }

    private EdgeObjective() {}

    /**
     * Assigns all units and drops weights.
     *
     * @param inputs owner of every input unit, {@link Ownership#FREE} elsewhere
     * @param sweeps most sweeps after the single pass, at least 0
     */
    public static Outcome plan(
            SplitGraph graph,
            Capacities capacities,
            int[] inputs,
            Thresholds thresholds,
            AssignmentSolver solver,
            int sweeps) {
        int[] owners = inputs.clone();
        int[] pinned = inputs.clone();
        java.util.ArrayList<Solved> solved = new java.util.ArrayList<>();
        for (SplitGraph.Space space : graph.spaces()) {
            if (space.producers().isEmpty()) {
                Ownership.pinWhole(graph, space, capacities.workers(), owners);
                for (int unit : space.units()) {
                    pinned[unit] = owners[unit];
                }
                continue;
            }
            double[][] cost = cost(graph, space, capacities.workers(), owners, thresholds);
            int[] pins = new int[space.units().length];
            for (int i = 0; i < pins.length; i++) {
                pins[i] =
                        owners[space.units()[i]] == Ownership.FREE ? AssignmentProblem.FREE : owners[space.units()[i]];
            }
            AssignmentProblem problem = Ownership.problem(cost, capacities.counts(pins.length), pins);
            Assignment assignment = solver.solve(problem);
            for (int i = 0; i < pins.length; i++) {
                owners[space.units()[i]] = assignment.owner(i);
            }
            solved.add(new Solved(space.name(), problem, assignment));
        }
        Sweeps descent = new Sweeps(graph, capacities, thresholds, solver, pinned, owners);
        double passed = descent.total();
        java.util.ArrayList<Step> steps = new java.util.ArrayList<>();
        for (int sweep = 0; sweep < sweeps; sweep++) {
            List<Step> made = descent.sweep(sweep % 2 == 0);
            if (made.isEmpty()) {
                break;
            }
            steps.addAll(made);
        }
        return new Outcome(
                dropped(graph, capacities.workers(), owners, thresholds),
                List.copyOf(solved),
                passed,
                List.copyOf(steps));
    }

    /** c[worker][unit of the space], over all layers that open it and whose input is assigned. */
    public static double[][] cost(
            SplitGraph graph, SplitGraph.Space space, int workers, int[] owners, Thresholds thresholds) {
        Map<Integer, Integer> place = new LinkedHashMap<>();
        for (int unit : space.units()) {
            place.put(unit, place.size());
        }
        double[][] cost = new double[workers][space.units().length];
        for (Operation.Linear producer : space.producers()) {
            LinearMap map = producer.map();
            boolean replicated = graph.layout(map.input()).isReplicated();
            int[] sources = graph.layout(map.input()).units();
            int[] targets = graph.layout(map.output()).units();
            for (int t = 0; t < map.targets(); t++) {
                Integer at = place.get(targets[t]);
                double all = 0;
                double[] saved = new double[workers];
                for (int s = 0; s < map.sources(); s++) {
                    double energy = energy(map, map.weights(), t, s);
                    int owner = replicated ? Ownership.FREE : owners[sources[s]];
                    if (owner >= 0) {
                        double across = Math.min(energy, thresholds.across());
                        all += across;
                        saved[owner] += across - Math.min(energy, thresholds.inside());
                    }
                }
                for (int j = 0; at != null && j < workers; j++) {
                    cost[j][at] += all - saved[j];
                }
            }
        }
        return cost;
    }

    /** Squared norm of what one threshold decides on: a weight, or the kernel between two channels. */
    public static double energy(LinearMap map, float[] weights, int target, int source) {
        double sum = 0;
        int at = (target * map.sources() + source) * map.kernel();
        for (int k = 0; k < map.kernel(); k++) {
            sum += (double) weights[at + k] * weights[at + k];
        }
        return sum;
    }

    /** The network with every weight below its threshold set to zero ((6.7)); nothing rearranged. */
    public static SplitNetwork dropped(SplitGraph graph, int workers, int[] owners, Thresholds thresholds) {
        SplitNetwork original = SplitNetwork.original(graph, workers, owners);
        if (thresholds.eta1() == 0 && thresholds.eta2() == null) {
            return original;
        }
        Map<String, SplitNetwork.Weights> layers = new LinkedHashMap<>(original.layers());
        for (Operation.Linear linear : graph.linear()) {
            LinearMap map = linear.map();
            float[] weights = map.weights().clone();
            boolean replicated = graph.layout(map.input()).isReplicated();
            int[] from = original.ownersOf(map.input());
            int[] to = original.ownersOf(map.output());
            for (int t = 0; t < map.targets(); t++) {
                for (int s = 0; s < map.sources(); s++) {
                    boolean across = !replicated && from[s] != to[t];
                    double threshold = across && thresholds.eta2() != null ? thresholds.across() : thresholds.inside();
                    if (energy(map, weights, t, s) <= threshold) {
                        int at = (t * map.sources() + s) * map.kernel();
                        java.util.Arrays.fill(weights, at, at + map.kernel(), 0);
                    }
                }
            }
            layers.put(map.output(), new SplitNetwork.Weights(weights, map.bias()));
        }
        return new SplitNetwork(graph, workers, owners, layers);
    }
}
