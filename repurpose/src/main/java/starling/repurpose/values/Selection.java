package starling.repurpose.values;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The values kept for one layer, chosen by forward selection: always the activation or partial sum that takes the largest
 * weighted residual away per number, until the budget is spent or nothing gains the price. Receivers do not influence each
 * other. An activation that crosses anyway for another layer is paid there and costs nothing here. With the same owners a larger budget keeps the same values and adds some (where all values are of one size).
 *
 * <p>Cost: per value kept O(F (F + T)) for the receiver it goes to, F the columns foreign to it; O(F + T) where sources count
 * as uncorrelated.
 */
final class Selection {
    private final LayerProblem problem;
    private final int[] owners;
    private final List<Value> values = new ArrayList<>();
    /** All that was chosen, also what was dropped again. */
    private final List<Value> chosen = new ArrayList<>();

    private final boolean[][] activations;
    private final boolean[][] sums;
    private final double[][] residual;
    private long numbers;
    private double spent;

    private Selection(LayerProblem problem, int[] owners) {
        this.problem = problem;
        this.owners = owners;
        this.activations = new boolean[problem.workers()][problem.sources()];
        this.sums = new boolean[problem.targets()][problem.workers()];
        this.residual = new double[problem.workers()][];
    }

    /**
     * Selects values.
     *
     * @param known activations that cross anyway, since another layer reads them in the same exchange: each is known to its
     *     receiver first and costs nothing
     * @param owners worker of every target
     * @param budget numbers that may be sent
     * @param price a value must gain at least this per number
     */
    static Selection greedy(LayerProblem problem, List<Value> known, int[] owners, long budget, double price) {
        Selection selection = new Selection(problem, owners);
        Offers[] receivers = new Offers[problem.workers()];
        for (int k = 0; k < receivers.length; k++) {
            int worker = k;
            int[] targets = IntStream.range(0, owners.length)
                    .filter(t -> owners[t] == worker)
                    .toArray();
            receivers[k] = problem.moments().known()
                    ? new Receiver(problem, k, targets)
                    : new UncorrelatedReceiver(problem, k, targets);
        }
        for (Value value : known) {
            selection.addKnown(value, receivers[value.to()]);
        }
        Value next = best(receivers, budget, price);
        while (next != null) {
            CallOff.check();
            receivers[next.to()].take(next);
            selection.add(next);
            selection.dropSpent();
            next = best(receivers, budget - selection.numbers, price);
        }
        double[][] residual = problem.moments().known()
                ? Arrays.stream(receivers).map(Offers::residual).toArray(double[][]::new)
                : UncorrelatedReceiver.residuals(
                        problem,
                        Arrays.stream(receivers)
                                .map(UncorrelatedReceiver.class::cast)
                                .toList());
        System.arraycopy(residual, 0, selection.residual, 0, residual.length);
        return selection;
    }

    private static @Nullable Value best(Offers[] receivers, long numbers, double price) {
        Value best = null;
        for (Offers receiver : receivers) {
            Value offered = receiver.best(numbers);
            if (offered != null
                    && offered.perNumber() >= price
                    && (best == null || offered.perNumber() > best.perNumber())) {
                best = offered;
            }
        }
        return best;
    }

    private void addKnown(Value value, Offers receiver) {
        double before = weighted(receiver.residual(), value.to());
        Value free = new Value(value.kind(), value.index(), value.from(), value.to(), 0, 0);
        receiver.take(free);
        double gain = before - weighted(receiver.residual(), value.to());
        add(new Value(value.kind(), value.index(), value.from(), value.to(), 0, gain));
    }

    private double weighted(double[] of, int worker) {
        double sum = 0;
        for (int t = 0; t < owners.length; t++) {
            sum += owners[t] == worker ? problem.weight(t) * of[t] : 0;
        }
        return sum;
    }

    private void add(Value value) {
        values.add(value);
        chosen.add(value);
        numbers += value.numbers();
        if (value.kind() == Value.Kind.ACTIVATION) {
            activations[value.to()][value.index()] = true;
        } else {
            sums[value.index()][value.from()] = true;
        }
    }

    /** What greedy selection chose first, as far as it fits a smaller budget. */
    Selection upTo(long budget) {
        Selection shorter = new Selection(problem, owners);
        for (Value value : chosen) {
            if (shorter.numbers + value.numbers() <= budget) {
                shorter.add(value);
                shorter.dropSpent();
            }
        }
        return shorter;
    }

    /** Every partial sum for every target. */
    static Selection allSums(LayerProblem problem, int[] owners) {
        Selection selection = new Selection(problem, owners);
        for (int t = 0; t < owners.length; t++) {
            for (int from : problem.senders(owners[t])) {
                selection.add(new Value(Value.Kind.PARTIAL_SUM, t, from, owners[t], problem.targetNumbers(), 0));
            }
        }
        return selection;
    }

    /** Gives up activations that no target needs any more, since every target of the receiver has the sender's sum. */
    private void dropSpent() {
        Value last = values.get(values.size() - 1);
        if (last.kind() == Value.Kind.ACTIVATION) {
            return;
        }
        for (int t = 0; t < owners.length; t++) {
            if (owners[t] == last.to() && !sums[t][last.from()]) {
                return;
            }
        }
        for (Value value : List.copyOf(values)) {
            if (value.kind() == Value.Kind.ACTIVATION && value.to() == last.to() && value.from() == last.from()) {
                values.remove(value);
                numbers -= value.numbers();
                spent += value.gain();
                activations[value.to()][value.index()] = false;
            }
        }
    }

    /** The values in the order they were chosen. */
    List<Value> values() {
        return List.copyOf(values);
    }

    /** Numbers they are. */
    long numbers() {
        return numbers;
    }

    /** Worker of every target. */
    int[] owners() {
        return owners;
    }

    /** What every worker's fit on its sources and the activations it gets leaves of every target. */
    double[][] residual() {
        return residual;
    }

    /** Weighted residual of all targets. */
    double loss() {
        double loss = -spent;
        for (int t = 0; t < owners.length; t++) {
            loss += problem.weight(t) * problem.start(owners[t]).residual()[t];
        }
        for (Value value : values) {
            loss -= value.gain();
        }
        return loss;
    }

    /** The sources a target may have weights for: local ones, those sent, and all of a worker that sums for it. */
    boolean[] support(int target) {
        boolean[] support = new boolean[problem.sources()];
        for (int s = 0; s < support.length; s++) {
            int owner = problem.owner(s);
            support[s] = owner == owners[target] || activations[owners[target]][s] || sums[target][owner];
        }
        return support;
    }

    /** Targets with the same support, under one of them. */
    List<int[]> alike() {
        List<int[]> groups = new ArrayList<>();
        boolean[] done = new boolean[owners.length];
        for (int t = 0; t < owners.length; t++) {
            if (!done[t]) {
                int first = t;
                int[] group = IntStream.range(t, owners.length)
                        .filter(o -> owners[o] == owners[first] && Arrays.equals(sums[o], sums[first]))
                        .toArray();
                for (int member : group) {
                    done[member] = true;
                }
                groups.add(group);
            }
        }
        return groups;
    }
}
