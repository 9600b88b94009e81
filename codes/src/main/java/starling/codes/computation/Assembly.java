package starling.codes.computation;

import java.util.ArrayDeque;
import java.util.ArrayList;
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
    private final Map<Integer, Matrix> made = new HashMap<>();
    private long operations;

    Assembly(Recovery recovery, List<Matrix> answers) {
        this.recovery = recovery;
        this.answers = answers;
    }

    /** A recovered combination. */
    Matrix wanted(int number) {
        Recovery.Step step = recovery.step(number);
        require(step);
        return make(step);
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
                    made.put(unknown, make(step));
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

    private Matrix make(Recovery.Step step) {
        List<Matrix> sources = new ArrayList<>();
        List<Double> weights = new ArrayList<>();
        for (int i = 0; i < step.answers().length; i++) {
            if (step.answers()[i] != 0) {
                weights.add(step.answers()[i]);
                sources.add(answers.get(i));
            }
        }
        for (int d = 0; d < step.unknowns().length; d++) {
            if (step.unknowns()[d] != 0) {
                weights.add(step.unknowns()[d]);
                sources.add(Objects.requireNonNull(made.get(d)));
            }
        }
        double[] coefficients =
                weights.stream().mapToDouble(Double::doubleValue).toArray();
        operations += Combination.operations(coefficients) * sources.get(0).values().length;
        return Combination.of(coefficients, sources);
    }
}
