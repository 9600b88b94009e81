package starling.codes.computation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Carries out the steps of a {@link Recovery} on the answers' matrices, each at most once: unknowns that a step needs are made
 * before it. Chains may be as long as there are unknowns, so they are followed with a stack of our own.
 */
final class Assembly {
    private final Recovery recovery;
    private final List<Matrix> answers;
    private final int threads;
    private final Map<Integer, Matrix> made = new LinkedHashMap<>();
    private long operations;

    Assembly(Recovery recovery, List<Matrix> answers, int threads) {
        this.recovery = recovery;
        this.answers = answers;
        this.threads = threads;
    }

    /** A recovered combination. */
    Matrix wanted(int number) {
        Recovery.Step step = recovery.step(number);
        require(step);
        return make(step);
    }

    /**
     * Writes sums of recovered combinations into blocks, all in one pass over the answers.
     *
     * @param targets blocks that are zero so far
     * @param sums for each the combinations that are added up
     */
    void sums(List<Block> targets, List<List<Integer>> sums) {
        sums.forEach(numbers -> numbers.forEach(number -> require(recovery.step(number))));
        List<double[]> coefficients = new ArrayList<>();
        for (List<Integer> numbers : sums) {
            double[] sum = new double[answers.size() + made.size()];
            for (int number : numbers) {
                double[] these = coefficients(recovery.step(number));
                Arrays.setAll(sum, i -> sum[i] + these[i]);
            }
            operations += Combination.operations(sum) * numbers();
            coefficients.add(sum);
        }
        Combination.into(targets, coefficients, sources(), threads);
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

    /** The answers, and then the unknowns that are made. */
    private List<Block> sources() {
        return Stream.concat(answers.stream(), made.values().stream())
                .map(Block::of)
                .toList();
    }

    /** A step's weights of the sources. */
    private double[] coefficients(Recovery.Step step) {
        double[] coefficients = Arrays.copyOf(step.answers(), answers.size() + made.size());
        int next = answers.size();
        for (int unknown : made.keySet()) {
            coefficients[next++] = step.unknowns()[unknown];
        }
        return coefficients;
    }

    private Matrix make(Recovery.Step step) {
        double[] coefficients = coefficients(step);
        operations += Combination.operations(coefficients) * numbers();
        return Combination.all(List.of(coefficients), sources(), threads).get(0);
    }

    /** Of an answer. */
    private int numbers() {
        return answers.get(0).values().length;
    }
}
