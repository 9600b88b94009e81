package starling.repurpose.values;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Divides a budget of numbers among the layers by what it does to the answers.
 *
 * <p>Start: every layer is planned with the whole budget, which gives the gain of each further value in units of the answers'
 * squared change; the budget goes value by value to the layer that gains most. Then a local search: some numbers move from
 * one layer to another if the loss on held-back samples falls; the amount moved starts at a quarter of the budget and is
 * halved when no move helps. At the end exchanges are emptied where that costs at most {@link #ROUND_WORTH} of the loss, since
 * an empty exchange saves a round. Without held-back samples the start is the answer.
 *
 * <p>Cost: at most {@link #MOST_TRIALS} plans of the layers from the first changed one on.
 */
final class BudgetSearch {
    private static final int MOST_TRIALS = 40;
    private static final int KEPT_PROBLEMS = 12;
    private static final double ROUND_WORTH = 0.002;

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
    private int trials;

    BudgetSearch(LayerPlanner planner, @Nullable HeldBackLoss held, double price, ValuesObjective.Listener listener) {
        this.planner = planner;
        this.price = price;
        this.held = held;
        this.listener = listener;
    }

    /** Numbers for each layer, adding up to at most {@code total}. */
    long[] divide(long total) {
        long[] best = byGains(total);
        if (held == null || planner.layers().size() < 2) {
            return best;
        }
        double loss = loss(best);
        for (long step = Math.max(1, total / 4); step >= 1 && trials < MOST_TRIALS; step /= 2) {
            boolean moved = true;
            while (moved && trials < MOST_TRIALS) {
                moved = false;
                for (long[] tried : moves(best, step)) {
                    if (trials < MOST_TRIALS && loss(tried) < loss) {
                        loss = loss(tried);
                        best = tried;
                        moved = true;
                        break;
                    }
                }
            }
            if (step <= Math.max(1, total / 40)) {
                break;
            }
        }
        return withoutRounds(best, loss);
    }

    private List<long[]> moves(long[] from, long step) {
        List<long[]> moves = new ArrayList<>();
        for (int a = 0; a < from.length; a++) {
            for (int b = 0; b < from.length; b++) {
                long amount = Math.min(step, from[a]);
                if (a != b && amount > 0) {
                    long[] moved = from.clone();
                    moved[a] -= amount;
                    moved[b] += amount;
                    if (used(moved, b) > used(from, b)) {
                        moves.add(moved);
                    }
                }
            }
        }
        return moves;
    }

    /** Numbers a layer makes use of under a division. */
    private long used(long[] budgets, int layer) {
        return state(prefix(budgets, layer + 1)).traces().get(layer).numbers();
    }

    private long[] withoutRounds(long[] division, double loss) {
        long[] best = division;
        double bound = loss * (1 + ROUND_WORTH);
        for (int layer = 0; layer < division.length; layer++) {
            if (best[layer] > 0) {
                long[] tried = best.clone();
                tried[layer] = 0;
                if (loss(tried) <= bound) {
                    best = tried;
                }
            }
        }
        return best;
    }

    private long[] byGains(long total) {
        int layers = planner.layers().size();
        long[] all = new long[layers];
        Arrays.fill(all, total);
        List<List<Value>> curves = new ArrayList<>();
        for (int l = 0; l < layers; l++) {
            curves.add(state(prefix(all, l + 1)).traces().get(l).values());
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
    LayerPlanner.State state(List<Long> budgets) {
        if (budgets.isEmpty()) {
            return planner.start();
        }
        LayerPlanner.State known = states.get(budgets);
        if (known == null) {
            List<Long> before = budgets.subList(0, budgets.size() - 1);
            LayerPlanner.State state = state(before);
            LayerProblem problem = problems.get(before);
            if (problem == null) {
                problem = planner.problem(state);
                if (problem != null) {
                    problems.put(List.copyOf(before), problem);
                }
            }
            known = planner.next(
                    state, problem, new LayerPlanner.Allowance.Limited(budgets.get(budgets.size() - 1), price));
            states.put(List.copyOf(budgets), known);
        }
        return known;
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
            known = judge.of(planner.network(planner.finished(state(key))));
            losses.put(key, known);
            listener.at(trials, MOST_TRIALS);
        }
        return known;
    }

    /** The plan of a division. */
    LayerPlanner.State plan(long[] budgets) {
        return planner.finished(state(prefix(budgets, budgets.length)));
    }
}
