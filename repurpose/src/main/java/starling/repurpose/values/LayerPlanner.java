package starling.repurpose.values;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
 * Plans one layer after the other: owners of the units it opens, the values it keeps, its weights. A state holds what the
 * layers so far decided and is never changed, so that a search over budgets can go back to any of them.
 *
 * <p>Assignment of a layer's units: the cost of giving target t to worker j is its importance times what a fit on j's own
 * sources leaves of it, at most what a partial sum from every other worker would cost at the price of the last value kept;
 * after a selection the activations kept count as j's own and the assignment is solved again ({@link #SWEEPS} times), the
 * best of the selections being kept. Every step is one exact transportation problem.
 */
final class LayerPlanner {
    private static final int SWEEPS = 2;
    /** Rounds of the joint fit. */
    private static final int ROUNDS = 5;
    /** Beyond this many columns a layer's sources count as uncorrelated and it is not re-fitted. */
    static final int MOST_COLUMNS = 3000;

    /** What is decided before any layer. */
    record Setting(SplitGraph graph, Capacities capacities, int[] inputs, AssignmentSolver solver) {}

    /**
     * What the layers so far decided.
     *
     * @param owners of all units, {@link Ownership#FREE} where still open
     * @param layers changed weights by layer
     * @param traces one per layer so far
     * @param solved assignments so far
     */
    record State(
            int[] owners,
            Map<String, SplitNetwork.Weights> layers,
            List<LayerTrace> traces,
            List<ValuesObjective.Solved> solved) {}

    /** How much may be sent for a layer: numbers, and the price a value must gain per number. */
    sealed interface Allowance {
        /** Keep everything, change no weight. */
        record Everything() implements Allowance {}

        /** Make every partial sum, whatever it is worth. */
        record AllSums() implements Allowance {}

        /** Keep the values that gain most, as long as there is budget and each gains the price per number. */
        record Limited(long budget, double price) implements Allowance {}
    }

    private final Setting setting;
    private final SplitGraph graph;
    private final List<Operation.Linear> layers;
    private final @Nullable MomentRecorder recorder;
    private final @Nullable Calibration samples;
    private final double ridge;
    private final Map<String, Sensitivity> sensitivities;
    private final Map<Integer, Integer> spaceOf = new HashMap<>();

    /**
     * A planner.
     *
     * @param recorder measures moments on the samples, or null to go by the weights alone
     * @param sensitivities to the targets of every layer, by its output
     */
    LayerPlanner(
            Setting setting,
            @Nullable MomentRecorder recorder,
            @Nullable Calibration samples,
            double ridge,
            Map<String, Sensitivity> sensitivities) {
        this.setting = setting;
        this.graph = setting.graph();
        this.layers = graph.linear();
        this.recorder = recorder;
        this.samples = samples;
        this.ridge = ridge;
        this.sensitivities = sensitivities;
        for (int i = 0; i < graph.spaces().size(); i++) {
            for (int unit : graph.spaces().get(i).units()) {
                spaceOf.put(unit, i);
            }
        }
    }

    List<Operation.Linear> layers() {
        return layers;
    }

    /** Before any layer: only inputs have owners, those left free in contiguous parts. */
    State start() {
        int[] owners = setting.inputs().clone();
        for (SplitGraph.Space space : graph.spaces()) {
            if (!space.input().isEmpty() && space.producers().isEmpty()) {
                int[] parts = setting.capacities().contiguousOwners(space.units().length);
                for (int i = 0; i < parts.length; i++) {
                    if (owners[space.units()[i]] == Ownership.FREE) {
                        owners[space.units()[i]] = parts[i];
                    }
                }
            }
        }
        return new State(owners, Map.of(), List.of(), List.of());
    }

    /** The network of a state; layers still to come have their original weights. */
    SplitNetwork network(State state) {
        SplitNetwork original =
                SplitNetwork.original(graph, setting.capacities().workers(), state.owners());
        Map<String, SplitNetwork.Weights> all = new LinkedHashMap<>(original.layers());
        all.putAll(state.layers());
        return new SplitNetwork(graph, setting.capacities().workers(), state.owners(), all);
    }

    /** What is needed to plan the layer that follows a state; null where its input is replicated. */
    @Nullable
    LayerProblem problem(State state) {
        LinearMap map = layers.get(state.traces().size()).map();
        if (graph.layout(map.input()).isReplicated()) {
            return null;
        }
        int[] owners = wholeOwned(state).owners();
        int[] units = graph.layout(map.input()).units();
        int[] of = Arrays.stream(units).map(unit -> owners[unit]).toArray();
        return new LayerProblem(
                moments(state, map),
                setting.capacities().workers(),
                of,
                sensitivities.getOrDefault(map.output(), Sensitivity.even(map.targets())));
    }

    private LayerMoments moments(State state, LinearMap map) {
        MomentRecorder measuring = recorder;
        Calibration shown = samples;
        if (measuring == null || shown == null || !repairable(map)) {
            return LayerMoments.unknown(map);
        }
        return measuring.measure(map, network(state), state.layers().isEmpty(), shown, ridge);
    }

    /** Whether least squares apply: not for grouped convolutions, nor where the Gram matrix would be too large. */
    private static boolean repairable(LinearMap map) {
        return map.sources() * map.kernel() <= MOST_COLUMNS
                && map.node().attributes().integer("group", 1) == 1;
    }

    /** Plans the next layer. */
    State next(State before, @Nullable LayerProblem problem, Allowance allowance) {
        if (problem != null) {
            return with(before, problem, decide(before, problem, allowance, SWEEPS), allowance, ROUNDS);
        }
        State state = wholeOwned(before);
        LinearMap map = layers.get(state.traces().size()).map();
        int[] owners = state.owners().clone();
        List<ValuesObjective.Solved> solved = new ArrayList<>(state.solved());
        assign(map, new double[setting.capacities().workers()][map.targets()], owners, solved);
        List<LayerTrace> traces = new ArrayList<>(state.traces());
        traces.add(LayerTrace.untouched(map.output()));
        return new State(owners, state.layers(), List.copyOf(traces), List.copyOf(solved));
    }

    /** Who gets a layer's targets and what is sent for them. */
    record Attempt(int[] owners, Selection selection, List<ValuesObjective.Solved> solved, boolean assigned) {
        Attempt with(Selection other) {
            return new Attempt(owners, other, solved, assigned);
        }
    }

    /** Assigns the units of the next layer and selects its values. */
    Attempt decide(State before, LayerProblem problem, Allowance allowance, int sweeps) {
        State state = wholeOwned(before);
        Attempt best = attempt(problem, local(problem), state, allowance);
        Attempt latest = best;
        for (int sweep = 0; sweep < sweeps && latest.assigned(); sweep++) {
            Attempt again = attempt(problem, given(problem, latest.selection()), state, allowance);
            if (Arrays.equals(again.owners(), latest.owners())) {
                break;
            }
            latest = again;
            best = latest.selection().loss() < best.selection().loss() ? latest : best;
        }
        return best;
    }

    /** The state after the next layer, decided like this and fitted. */
    State with(State before, LayerProblem problem, Attempt attempt, Allowance allowance, int rounds) {
        State state = wholeOwned(before);
        LinearMap map = problem.map();
        List<LayerTrace> traces = new ArrayList<>(state.traces());
        Map<String, SplitNetwork.Weights> changed = new LinkedHashMap<>(state.layers());
        if (!(allowance instanceof Allowance.Everything)) {
            SplitNetwork.Weights fitted =
                    LayerFit.fit(problem, attempt.selection(), state.layers().isEmpty(), rounds);
            if (!Arrays.equals(fitted.values(), map.weights()) || !Arrays.equals(fitted.bias(), map.bias())) {
                changed.put(map.output(), fitted);
            }
        }
        traces.add(trace(problem, attempt.selection(), allowance));
        return new State(attempt.owners(), changed, List.copyOf(traces), attempt.solved());
    }

    private Attempt attempt(LayerProblem problem, double[][] cost, State state, Allowance allowance) {
        int[] owners = state.owners().clone();
        List<ValuesObjective.Solved> solved = new ArrayList<>(state.solved());
        boolean assigned = assign(problem.map(), cost, owners, solved);
        int[] targets = targetOwners(problem.map(), owners);
        if (allowance instanceof Allowance.Limited limit) {
            Selection selection = Selection.greedy(problem, known(state), targets, limit.budget(), limit.price());
            return new Attempt(owners, selection, List.copyOf(solved), assigned);
        }
        return new Attempt(owners, Selection.allSums(problem, targets), List.copyOf(solved), false);
    }

    /**
     * Activations that cross anyway when the layer that follows a state is planned: those that layers before it read of the
     * same value, which is there after the same stage, so that both wait for the same exchange and share its frames.
     */
    List<Value> known(State state) {
        int next = state.traces().size();
        String input = layers.get(next).map().input();
        Set<List<Integer>> seen = new HashSet<>();
        List<Value> known = new ArrayList<>();
        for (int l = 0; l < next; l++) {
            if (layers.get(l).map().input().equals(input)) {
                for (Value value : state.traces().get(l).values()) {
                    if (value.kind() == Value.Kind.ACTIVATION && seen.add(List.of(value.index(), value.to()))) {
                        known.add(value);
                    }
                }
            }
        }
        return known;
    }

    private LayerTrace trace(LayerProblem problem, Selection selection, Allowance allowance) {
        double power = 0;
        double local = 0;
        for (int t = 0; t < problem.targets(); t++) {
            power += problem.weight(t) * problem.moments().power()[t];
            local += problem.weight(t) * problem.start(selection.owners()[t]).residual()[t];
        }
        double left = 0;
        if (allowance instanceof Allowance.Limited) {
            left = selection.loss();
        } else {
            for (int t = 0; t < problem.targets(); t++) {
                left += problem.weight(t) * problem.fullResidual(t);
            }
        }
        power = Math.max(power, Double.MIN_NORMAL);
        return new LayerTrace(
                problem.map().output(),
                allowance instanceof Allowance.Limited limit && limit.budget() < Long.MAX_VALUE ? limit.budget() : -1,
                selection.values(),
                selection.numbers(),
                local / power,
                left / power,
                problem.moments().known() && !(allowance instanceof Allowance.Everything));
    }

    private static double[][] local(LayerProblem problem) {
        double[][] cost = new double[problem.workers()][];
        for (int k = 0; k < cost.length; k++) {
            cost[k] = problem.localLoss(k, problem.start(k).residual());
        }
        return cost;
    }

    /** Costs once the activations of a selection are there, capped by what partial sums cost. */
    private static double[][] given(LayerProblem problem, Selection selection) {
        double price = Double.POSITIVE_INFINITY;
        for (Value value : selection.values()) {
            price = Math.min(price, value.perNumber());
        }
        double[][] cost = new double[problem.workers()][];
        for (int k = 0; k < cost.length; k++) {
            cost[k] = problem.localLoss(k, selection.residual()[k]);
            double most = price * problem.targetNumbers() * Math.max(1, problem.senders(k).length);
            for (int t = 0; t < cost[k].length; t++) {
                cost[k][t] = Math.min(cost[k][t], most);
            }
        }
        return cost;
    }

    private int[] targetOwners(LinearMap map, int[] owners) {
        return Arrays.stream(graph.layout(map.output()).units())
                .map(unit -> owners[unit])
                .toArray();
    }

    /** Gives the units of a layer's space to workers at these costs per target; false if all had an owner already. */
    private boolean assign(LinearMap map, double[][] cost, int[] owners, List<ValuesObjective.Solved> solved) {
        int[] units = graph.layout(map.output()).units();
        if (units.length == 0) {
            return false;
        }
        Integer index = spaceOf.get(units[0]);
        SplitGraph.Space space = graph.spaces().get(index == null ? 0 : index);
        Map<Integer, Integer> place = new HashMap<>();
        int[] pins = new int[space.units().length];
        boolean free = false;
        for (int i = 0; i < pins.length; i++) {
            place.put(space.units()[i], i);
            int owner = owners[space.units()[i]];
            pins[i] = owner == Ownership.FREE ? AssignmentProblem.FREE : owner;
            free |= owner == Ownership.FREE;
        }
        if (!free) {
            return false;
        }
        double[][] ofUnits = new double[cost.length][pins.length];
        for (int t = 0; t < units.length; t++) {
            Integer at = place.get(units[t]);
            for (int k = 0; at != null && k < cost.length; k++) {
                ofUnits[k][at] += cost[k][t];
            }
        }
        AssignmentProblem problem =
                Ownership.problem(ofUnits, setting.capacities().counts(pins.length), pins);
        Assignment assignment = setting.solver().solve(problem);
        for (int i = 0; i < pins.length; i++) {
            owners[space.units()[i]] = assignment.owner(i);
        }
        solved.add(new ValuesObjective.Solved(space.name(), problem, assignment));
        return true;
    }

    /** The state in which operators run whole that come before its next layer have an owner. */
    private State wholeOwned(State state) {
        int until = state.traces().size() < layers.size()
                ? layers.get(state.traces().size()).node().index()
                : Integer.MAX_VALUE;
        int[] owners = state.owners().clone();
        for (Operation operation : graph.operations()) {
            if (operation instanceof Operation.Whole whole && whole.node().index() < until) {
                Integer space = spaceOf.get(graph.layout(whole.node().output()).units()[0]);
                if (space != null) {
                    Ownership.pinWhole(
                            graph,
                            graph.spaces().get(space),
                            setting.capacities().workers(),
                            owners);
                }
            }
        }
        return new State(owners, state.layers(), state.traces(), state.solved());
    }

    /** The state in which every unit has an owner. */
    State finished(State state) {
        State last = wholeOwned(state);
        int[] owners = last.owners().clone();
        for (SplitGraph.Space space : graph.spaces()) {
            Ownership.pinWhole(graph, space, setting.capacities().workers(), owners);
        }
        return new State(owners, last.layers(), last.traces(), last.solved());
    }
}
