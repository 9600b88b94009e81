package starling.repurpose.edges;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import starling.repurpose.assign.Assignment;
import starling.repurpose.assign.AssignmentProblem;
import starling.repurpose.assign.AssignmentSolver;
import starling.repurpose.assign.Capacities;
import starling.repurpose.edges.EdgeObjective.Thresholds;
import starling.repurpose.space.LinearMap;
import starling.repurpose.space.Operation;
import starling.repurpose.space.Ownership;
import starling.repurpose.space.SplitGraph;

/**
 * Descent of the cost of all layers together,
 *
 * <p>sum over layers, targets t and sources s of min(||w_ts||^2, eta1 + eta2 [o(s) != o(t)]),
 *
 * <p>one space at a time. With the owners of its neighbours fixed, a space costs the sum over its units of what their weights
 * from their sources and to their targets cost: an exact transportation problem. A sweep visits every space once, the first
 * from the last space to the first, the next the other way round; spaces none of whose neighbours has moved since they were
 * solved are passed over. Pinned units and operators run whole stay where they are. A layer from a space to itself (a residual
 * block) makes the problem quadratic: it is linearised at the present owners. A solution is taken only if the cost of the
 * layers it touches falls by more than rounding, so the total never rises, whatever the network.
 *
 * <p>Cost of a step: linear in the weights of the layers that touch the space, O(P) per unit and layer, plus the assignment.
 */
final class Sweeps {
    /** Sums of many minima differ by less than this part of themselves when they are equal. */
    private static final double ROUNDING = 1e-12;

    private final SplitGraph graph;
    private final Capacities capacities;
    private final Thresholds thresholds;
    private final AssignmentSolver solver;
    private final int[] pinned;
    private final int[] owners;
    private final List<LinearMap> layers;
    private final double[] layerCost;
    private final int[] spaceOf;
    private final boolean[] waiting;

    /**
     * Begins where the single pass ended.
     *
     * @param pinned owner of every unit that is not to move, {@link Ownership#FREE} elsewhere
     * @param owners of all units; changed by {@link #sweep}
     */
    Sweeps(
            SplitGraph graph,
            Capacities capacities,
            Thresholds thresholds,
            AssignmentSolver solver,
            int[] pinned,
            int[] owners) {
        this.graph = graph;
        this.capacities = capacities;
        this.thresholds = thresholds;
        this.solver = solver;
        this.pinned = pinned;
        this.owners = owners;
        this.layers = graph.linear().stream()
                .map(Operation.Linear::map)
                .filter(map -> !graph.layout(map.input()).isReplicated())
                .toList();
        this.layerCost = layers.stream().mapToDouble(map -> costOf(map, owners)).toArray();
        this.spaceOf = new int[graph.units()];
        Arrays.fill(spaceOf, Ownership.FREE);
        for (int i = 0; i < graph.spaces().size(); i++) {
            for (int unit : graph.spaces().get(i).units()) {
                spaceOf[unit] = i;
            }
        }
        this.waiting = new boolean[graph.spaces().size()];
        for (LinearMap map : layers) {
            for (int unit : graph.layout(map.input()).units()) {
                waiting[spaceOf[unit]] = true;
            }
        }
    }

    /** The cost of all layers with the present owners; what every worker has costs nothing that could change. */
    double total() {
        return Arrays.stream(layerCost).sum();
    }

    /** Visits every space once and returns the steps that lowered the total; none when nothing can be gained any more. */
    List<EdgeObjective.Step> sweep(boolean backwards) {
        List<EdgeObjective.Step> steps = new ArrayList<>();
        int count = graph.spaces().size();
        for (int i = 0; i < count; i++) {
            int at = backwards ? count - 1 - i : i;
            if (waiting[at] && step(at)) {
                steps.add(new EdgeObjective.Step(graph.spaces().get(at).name(), owners.clone(), total()));
            }
        }
        return steps;
    }

    private boolean step(int at) {
        waiting[at] = false;
        SplitGraph.Space space = graph.spaces().get(at);
        int[] units = space.units();
        int[] pins = new int[units.length];
        boolean free = false;
        for (int i = 0; i < pins.length; i++) {
            pins[i] = pinned[units[i]] == Ownership.FREE ? AssignmentProblem.FREE : pinned[units[i]];
            free |= pins[i] == AssignmentProblem.FREE;
        }
        if (!free) {
            return false;
        }
        double[][] cost = EdgeObjective.cost(graph, space, capacities.workers(), owners, thresholds);
        addConsumers(at, cost);
        AssignmentProblem problem = Ownership.problem(cost, capacities.counts(units.length), pins);
        Assignment assignment = solver.solve(problem);
        int[] moved = owners.clone();
        for (int i = 0; i < units.length; i++) {
            moved[units[i]] = assignment.owner(i);
        }
        return taken(at, moved);
    }

    private boolean taken(int at, int[] moved) {
        double before = 0;
        double after = 0;
        double[] now = layerCost.clone();
        boolean[] neighbours = new boolean[waiting.length];
        for (int l = 0; l < now.length; l++) {
            boolean[] touched = touched(layers.get(l));
            if (touched[at]) {
                now[l] = costOf(layers.get(l), moved);
                before += layerCost[l];
                after += now[l];
                for (int i = 0; i < touched.length; i++) {
                    neighbours[i] |= touched[i];
                }
            }
        }
        if (!(after < before - ROUNDING * before)) {
            return false;
        }
        System.arraycopy(now, 0, layerCost, 0, now.length);
        System.arraycopy(moved, 0, owners, 0, moved.length);
        for (int i = 0; i < neighbours.length; i++) {
            waiting[i] |= neighbours[i] && (i != at || joinsItself(at));
        }
        return true;
    }

    private boolean joinsItself(int at) {
        return layers.stream().anyMatch(map -> holds(map.input(), at) && holds(map.output(), at));
    }

    private boolean holds(String value, int at) {
        return Arrays.stream(graph.layout(value).units()).anyMatch(unit -> spaceOf[unit] == at);
    }

    private boolean[] touched(LinearMap map) {
        boolean[] touched = new boolean[waiting.length];
        for (String value : List.of(map.input(), map.output())) {
            for (int unit : graph.layout(value).units()) {
                touched[spaceOf[unit]] = true;
            }
        }
        return touched;
    }

    /** Adds what the weights out of the space's units cost, by the owner of their targets. */
    private void addConsumers(int at, double[][] cost) {
        int[] units = graph.spaces().get(at).units();
        int[] place = new int[graph.units()];
        for (int i = 0; i < units.length; i++) {
            place[units[i]] = i;
        }
        for (LinearMap map : layers) {
            if (!holds(map.input(), at)) {
                continue;
            }
            int[] sources = graph.layout(map.input()).units();
            int[] targets = graph.layout(map.output()).units();
            double[] all = new double[map.sources()];
            double[][] saved = new double[cost.length][map.sources()];
            for (int t = 0; t < map.targets(); t++) {
                double[] own = saved[owners[targets[t]]];
                for (int s = 0; s < map.sources(); s++) {
                    double energy = EdgeObjective.energy(map, map.weights(), t, s);
                    double across = Math.min(energy, thresholds.across());
                    all[s] += across;
                    own[s] += across - Math.min(energy, thresholds.inside());
                }
            }
            for (int j = 0; j < cost.length; j++) {
                for (int s = 0; s < map.sources(); s++) {
                    if (spaceOf[sources[s]] == at) {
                        cost[j][place[sources[s]]] += all[s] - saved[j][s];
                    }
                }
            }
        }
    }

    private double costOf(LinearMap map, int[] of) {
        int[] sources = graph.layout(map.input()).units();
        int[] targets = graph.layout(map.output()).units();
        double sum = 0;
        for (int t = 0; t < map.targets(); t++) {
            double row = 0;
            for (int s = 0; s < map.sources(); s++) {
                boolean across = of[sources[s]] != of[targets[t]];
                row += Math.min(
                        EdgeObjective.energy(map, map.weights(), t, s),
                        across ? thresholds.across() : thresholds.inside());
            }
            sum += row;
        }
        return sum;
    }
}
