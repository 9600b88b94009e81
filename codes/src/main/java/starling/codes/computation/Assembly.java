package starling.codes.computation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Carries out the steps of a {@link Recovery} on the answers' matrices, each at most once: unknowns that a step needs are made
 * before it. Chains may be as long as there are unknowns, so they are followed with a stack of our own.
 */
final class Assembly {
    private final Recovery recovery;
    private final List<Matrix> answers;
    private final int threads;
    private final Map<Integer, Matrix> made = new HashMap<>();
    private long operations;

    Assembly(Recovery recovery, List<Matrix> answers, int threads) {
        this.recovery = recovery;
        this.answers = answers;
        this.threads = threads;
    }

    /** Recovered combinations, all in one pass over the answers. */
    List<Matrix> wanted(List<Integer> numbers) {
        List<Recovery.Step> steps = numbers.stream().map(recovery::step).toList();
        steps.forEach(this::require);
        return make(steps);
    }

    /** Multiplications and additions so far. */
    long operations() {
        return operations;
    }

    private void require(Recovery.Step first) {
        Deque<Integer> open = new ArrayDeque<>();
        addMissing(first, open);
        while (!open.isEmpty()) {
            int unknown = open.peek();
            Recovery.Step step = recovery.unknownStep(unknown);
            int before = open.size();
            if (!made.containsKey(unknown)) {
                addMissing(step, open);
            }
            if (open.size() == before) {
                open.pop();
                if (!made.containsKey(unknown)) {
                    made.put(unknown, make(List.of(step)).get(0));
                }
            }
        }
    }

    private void addMissing(Recovery.Step step, Deque<Integer> open) {
        double[] needed = step.unknowns();
        for (int d = 0; d < needed.length; d++) {
            if (needed[d] != 0 && !made.containsKey(d)) {
                open.push(d);
            }
        }
    }

    private List<Matrix> make(List<Recovery.Step> steps) {
        if (steps.isEmpty()) {
            return List.of();
        }
        List<Matrix> sources = new ArrayList<>(answers);
        int[] unknowns = made.keySet().stream().mapToInt(Integer::intValue).toArray();
        for (int unknown : unknowns) {
            sources.add(Objects.requireNonNull(made.get(unknown)));
        }
        List<double[]> coefficients = new ArrayList<>();
        for (Recovery.Step step : steps) {
            double[] these = Arrays.copyOf(step.answers(), sources.size());
            for (int i = 0; i < unknowns.length; i++) {
                these[answers.size() + i] = step.unknowns()[unknowns[i]];
            }
            operations += Combination.operations(these) * sources.get(0).values().length;
            coefficients.add(these);
        }
        return Combination.all(coefficients, sources, threads);
    }
}
