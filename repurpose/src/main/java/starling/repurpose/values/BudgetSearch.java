package starling.repurpose.values;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import starling.repurpose.exchange.Schedule;
import starling.repurpose.space.Operation;
import starling.repurpose.space.SplitNetwork;

/**
 * Divides a budget of numbers among the layers by what it does to the answers.
 *
 * <p>Start: every layer is planned with the whole budget, which gives the gain of each further value in units of the answers'
 * squared change; the budget goes value by value to the layer that gains most. Then a local search: some numbers move from
 * one layer to another if the loss on held-back samples falls; the amount moved starts at a quarter of the budget and is
 * halved when no move helps. At the end exchanges are emptied where that costs at most {@link #ROUND_WORTH} of the loss or leaves it {@link #NEGLIGIBLE}, since
 * an empty exchange saves a round: each exchange is tried once, with what it had left unused and, if that costs too much, given
 * to another layer; all that is emptied together may cost no more than that part of the loss. Without held-back samples the
 * start is the answer.
 *
 * <p>Owners and the order of values of a layer are decided once for what the layers before it are, at the first budget tried;
 * other budgets take more or less of the same order. Cost: at most {@link #MOST_TRIALS} plans of the layers from the first
 * changed one on, fewer (at least {@link #FEWEST_TRIALS}) for networks where these would take longer than some {@link #WORK}
 * multiplications.
 */
final class BudgetSearch {
    private static final int MOST_TRIALS = 40;
    private static final int FEWEST_TRIALS = 4;
    private static final double WORK = 2e11;
    private static final int COARSEST = 4;
    private static final int FINEST = 40;
    private static final int KEPT_PROBLEMS = 12;
    /** Of the joint fit in a trial: with none a trial says too little about the plan, with more it only takes longer. */
    private static final int SEARCH_ROUNDS = 1;

    /** What an empty exchange may cost of the loss: samples drawn anew change it by more. */
    static final double ROUND_WORTH = 0.002;
    /** A loss that is none: answers off by a hundredth of their standard deviation. */
    static final double NEGLIGIBLE = 1e-4;

    private final LayerPlanner planner;
    private final @Nullable HeldBackLoss held;
    private final double price;
    private final ValuesObjective.Listener listener;
    private final Map<List<Long>, LayerPlanner.State> states = new HashMap<>();
    private final Map<List<Long>, LayerProblem> problems = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<List<Long>, LayerProblem> eldest) {
            return size() > KEPT_PROBLEMS;
        }
    };
    private final Map<List<Long>, Double> losses = new HashMap<>();
    private final Map<List<Long>, Route> routes = new HashMap<>();
    private final long total;
    private int trials;

    BudgetSearch(
            LayerPlanner planner,
            @Nullable HeldBackLoss held,
            long total,
            double price,
            ValuesObjective.Listener listener) {
        this.planner = planner;
        this.total = total;
        this.price = price;
        this.held = held;
        this.listener = listener;
    }

    /** Numbers for each layer, adding up to at most the budget. */
    long[] divide() {
        long[] best = byGains();
        if (held == null || planner.layers().size() < 2) {
            return best;
        }
        int most = mostTrials();
        double loss = loss(best);
        long least = Math.max(1, total / FINEST);
        for (long step = Math.max(1, total / COARSEST); trials < most; step = Math.max(least, step / 2)) {
            boolean moved = true;
            while (moved && trials < most) {
                moved = false;
                for (long[] tried : moves(best, step)) {
                    if (trials < most && changesMore(best, tried) && loss(tried) < loss) {
                        loss = loss(tried);
                        best = tried;
                        moved = true;
                        break;
                    }
                }
            }
            if (step == least) {
                break;
            }
        }
        return withoutRounds(best, loss);
    }

    private int mostTrials() {
        double cost = 1;
        for (Operation.Linear layer : planner.layers()) {
            double columns = Math.min(
                    LayerPlanner.MOST_COLUMNS,
                    layer.map().sources() * layer.map().kernel());
            cost += columns * columns * (columns + layer.map().targets());
        }
        return (int) Math.max(FEWEST_TRIALS, Math.min(MOST_TRIALS, WORK / cost));
    }

    /** Divisions with some numbers moved, first from where the last value gained least to where it gained most. */
    private List<long[]> moves(long[] from, long step) {
        double[] marginal = new double[from.length];
        LayerPlanner.State state = state(prefix(from, from.length));
        for (int l = 0; l < from.length; l++) {
            List<Value> values = state.traces().get(l).values();
            marginal[l] = values.isEmpty() ? 0 : values.get(values.size() - 1).perNumber();
        }
        List<int[]> pairs = new ArrayList<>();
        for (int a = 0; a < from.length; a++) {
            for (int b = 0; b < from.length; b++) {
                if (a != b && from[a] > 0) {
                    pairs.add(new int[] {a, b});
                }
            }
        }
        pairs.sort(Comparator.comparingDouble(pair -> marginal[pair[0]] - marginal[pair[1]]));
        List<long[]> moves = new ArrayList<>();
        for (int[] pair : pairs) {
            long[] moved = from.clone();
            moved[pair[0]] -= Math.min(step, from[pair[0]]);
            moved[pair[1]] += Math.min(step, from[pair[0]]);
            moves.add(moved);
        }
        return moves;
    }

    /** Whether the layer that gets more also sends more. */
    private boolean changesMore(long[] from, long[] to) {
        for (int l = 0; l < from.length; l++) {
            if (to[l] > from[l]) {
                return used(to, l) > used(from, l);
            }
        }
        return false;
    }

    /** Numbers a layer makes use of under a division. */
    private long used(long[] budgets, int layer) {
        return state(prefix(budgets, layer + 1)).traces().get(layer).numbers();
    }

    /**
     * Empties exchanges, those with the fewest numbers first, as long as the loss stays within {@link #ROUND_WORTH} or below {@link #NEGLIGIBLE}: what an
     * exchange had is left unused, or else goes to the layer whose last value gained most.
     */
    private long[] withoutRounds(long[] division, double loss) {
        long[] best = division;
        double bound = Math.max(loss * (1 + ROUND_WORTH), NEGLIGIBLE);
        for (int[] exchange : exchanges(division)) {
            long[] emptied = best.clone();
            for (int layer : exchange) {
                emptied[layer] = 0;
            }
            int rounds = rounds(best);
            for (long[] tried : List.of(emptied, respent(best, emptied))) {
                if (rounds(tried) < rounds && loss(tried) <= bound) {
                    best = tried;
                    break;
                }
            }
        }
        return best;
    }

    /** Layers with a budget by the exchange that they wait for; exchanges with the fewest numbers first. */
    private List<int[]> exchanges(long[] division) {
        List<Operation.Linear> layers = planner.layers();
        Schedule schedule = Schedule.of(network(division), Schedule.Kinds.ACTIVATIONS);
        Map<Integer, List<Integer>> waiting = new TreeMap<>();
        for (int l = 0; l < division.length; l++) {
            int step = schedule.step(layers.get(l).node());
            if (step > 0 && division[l] > 0) {
                waiting.computeIfAbsent(step, key -> new ArrayList<>()).add(l);
            }
        }
        return waiting.values().stream()
                .map(some -> some.stream().mapToInt(Integer::intValue).toArray())
                .sorted(Comparator.comparingLong(some ->
                        Arrays.stream(some).mapToLong(l -> used(division, l)).sum()))
                .toList();
    }

    private long[] respent(long[] before, long[] emptied) {
        LayerPlanner.State state = state(prefix(before, before.length));
        int to = -1;
        double most = 0;
        for (int l = 0; l < emptied.length; l++) {
            List<Value> values = state.traces().get(l).values();
            double gain = values.isEmpty() ? 0 : values.get(values.size() - 1).perNumber();
            if (emptied[l] > 0 && gain > most) {
                to = l;
                most = gain;
            }
        }
        long[] respent = emptied.clone();
        if (to >= 0) {
            respent[to] += Arrays.stream(before).sum() - Arrays.stream(emptied).sum();
        }
        return respent;
    }

    private int rounds(long[] division) {
        return Schedule.rounds(network(division));
    }

    private SplitNetwork network(long[] division) {
        return planner.network(planner.finished(state(prefix(division, division.length))));
    }

    private long[] byGains() {
        int layers = planner.layers().size();
        List<List<Value>> curves = new ArrayList<>();
        LayerPlanner.State state = planner.start();
        LayerPlanner.Allowance all = new LayerPlanner.Allowance.Limited(total, price);
        for (int l = 0; l < layers; l++) {
            LayerProblem problem = l == 0 ? problem(List.of(), state) : planner.problem(state);
            state = problem == null
                    ? planner.next(state, null, all)
                    : planner.with(state, problem, planner.decide(state, problem, all, 0), all, SEARCH_ROUNDS);
            curves.add(state.traces().get(l).values());
        }
        long[] division = new long[layers];
        int[] next = new int[layers];
        long left = total;
        while (true) {
            int best = -1;
            double most = 0;
            for (int l = 0; l < layers; l++) {
                if (next[l] < curves.get(l).size()) {
                    Value value = curves.get(l).get(next[l]);
                    if (value.numbers() <= left && value.perNumber() > most) {
                        best = l;
                        most = value.perNumber();
                    }
                }
            }
            if (best < 0) {
                return division;
            }
            long numbers = curves.get(best).get(next[best]++).numbers();
            division[best] += numbers;
            left -= numbers;
        }
    }

    private static List<Long> prefix(long[] budgets, int length) {
        return Arrays.stream(budgets).limit(length).boxed().toList();
    }

    /** The state after the layers that have a budget. */
    private LayerPlanner.State state(List<Long> budgets) {
        if (budgets.isEmpty()) {
            return planner.start();
        }
        LayerPlanner.State known = states.get(budgets);
        if (known == null) {
            List<Long> before = List.copyOf(budgets.subList(0, budgets.size() - 1));
            LayerPlanner.State state = state(before);
            LayerPlanner.Allowance.Limited allowance =
                    new LayerPlanner.Allowance.Limited(budgets.get(budgets.size() - 1), price);
            LayerProblem problem = problem(before, state);
            known = problem == null
                    ? planner.next(state, null, allowance)
                    : planner.with(
                            state, problem, route(before, state, problem).at(allowance), allowance, SEARCH_ROUNDS);
            states.put(List.copyOf(budgets), known);
        }
        return known;
    }

    private @Nullable LayerProblem problem(List<Long> before, LayerPlanner.State state) {
        LayerProblem known = problems.get(before);
        if (known == null) {
            known = planner.problem(state);
            if (known != null) {
                problems.put(before, known);
            }
        }
        return known;
    }

    private Route route(List<Long> before, LayerPlanner.State state, LayerProblem problem) {
        return routes.computeIfAbsent(before, key -> new Route(state, problem));
    }

    /** The selections of one layer for any budget: owners are decided at the first one asked for. */
    private final class Route {
        private final LayerPlanner.State state;
        private final LayerProblem problem;
        private LayerPlanner.@Nullable Attempt first;
        private @Nullable Selection whole;

        Route(LayerPlanner.State state, LayerProblem problem) {
            this.state = state;
            this.problem = problem;
        }

        LayerPlanner.Attempt at(LayerPlanner.Allowance.Limited allowance) {
            LayerPlanner.Attempt decided = first;
            if (decided == null) {
                decided = planner.decide(state, problem, allowance, 1);
                first = decided;
                return decided;
            }
            Selection path = whole;
            if (path == null) {
                int[] targets = decided.selection().owners();
                path = Selection.greedy(problem, planner.known(state), targets, total, price);
                whole = path;
            }
            return decided.with(path.upTo(allowance.budget()));
        }
    }

    private double loss(long[] budgets) {
        HeldBackLoss judge = held;
        if (judge == null) {
            return 0;
        }
        List<Long> key = prefix(budgets, budgets.length);
        Double known = losses.get(key);
        if (known == null) {
            trials++;
            known = judge.of(network(budgets));
            losses.put(key, known);
            listener.at(trials, MOST_TRIALS);
        }
        return known;
    }
}
