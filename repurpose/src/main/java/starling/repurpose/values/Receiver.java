package starling.repurpose.values;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One worker's side of the selection of values: its targets, grouped by the senders that already make a partial sum for them,
 * and what each further value would gain.
 *
 * <p>A partial sum for target t by sender k makes all of k's sources known to t alone. Targets with the same senders share one
 * {@link Conditional}; a target summed for by every sender knows all and needs none. What a partial sum would leave is
 * computed only for targets where all sums together could beat the best value at hand, and again only when the number of
 * activations has grown by a quarter; in between it is an upper bound of what is left, so a gain is never overstated. With
 * one other worker it is always exact. There are at most {@link #MOST_GROUPS} groups; sums that would need another are not
 * offered.
 */
final class Receiver implements Offers {
    private static final int STALE = 4;
    private static final int MOST_GROUPS = 24;

    private final LayerProblem problem;
    private final int worker;
    private final int[] targets;
    private final List<Group> groups = new ArrayList<>();
    private final Conditional root;
    private final boolean[] sent;
    private int included;
    private @Nullable Value best;
    private boolean fresh;

    /** Targets for which the same senders make partial sums. */
    private static final class Group {
        final BitSet senders;
        final Conditional state;
        final int[] slotOf;
        /** Column of a target. */
        final Map<Integer, Integer> columnOf;

        int[] members = new int[0];
        int[] columns = new int[0];
        double[] weights = new double[0];
        /** Per sender and target what its sum would leave, and how many activations there were then. */
        final Map<Integer, double[]> after = new HashMap<>();

        final Map<Integer, int[]> computedAt = new HashMap<>();

        Group(BitSet senders, Conditional state, int[] slotOf, Map<Integer, Integer> columnOf) {
            this.senders = senders;
            this.state = state;
            this.slotOf = slotOf;
            this.columnOf = columnOf;
        }

        void set(int[] changed, LayerProblem problem) {
            members = changed;
            columns = new int[changed.length];
            weights = new double[changed.length];
            for (int i = 0; i < changed.length; i++) {
                columns[i] = column(changed[i]);
                weights[i] = problem.weight(changed[i]);
            }
        }

        int column(int target) {
            return columnOf.getOrDefault(target, -1);
        }

        double residual(int target) {
            return state.residual()[column(target)];
        }
    }

    Receiver(LayerProblem problem, int worker, int[] targets) {
        this.problem = problem;
        this.worker = worker;
        this.targets = targets;
        this.root = problem.start(worker).copy();
        this.sent = new boolean[problem.sources()];
        int[] slotOf = new int[problem.sources()];
        Arrays.fill(slotOf, -1);
        int[] foreign = problem.foreign(worker);
        for (int i = 0; i < foreign.length; i++) {
            slotOf[foreign[i]] = i;
        }
        Map<Integer, Integer> columnOf = new HashMap<>();
        for (int t = 0; t < problem.targets(); t++) {
            columnOf.put(t, t);
        }
        Group all = new Group(new BitSet(), root, slotOf, columnOf);
        all.set(targets, problem);
        groups.add(all);
    }

    @Override
    public double[] residual() {
        return root.residual();
    }

    @Override
    public @Nullable Value best(long numbers) {
        if (!fresh || (best != null && best.numbers() > numbers)) {
            best = null;
            if (problem.sourceNumbers() <= numbers) {
                activations();
            }
            if (problem.targetNumbers() <= numbers) {
                partialSums();
            }
            fresh = true;
        }
        return best;
    }

    private void offer(Value value) {
        if (value.gain() > 0 && (best == null || value.perNumber() > best.perNumber())) {
            best = value;
        }
    }

    private void activations() {
        for (int source : problem.foreign(worker)) {
            if (!sent[source]) {
                double gain = 0;
                for (Group group : groups) {
                    int slot = group.slotOf[source];
                    if (slot >= 0 && group.members.length > 0) {
                        gain += group.state.gain(slot, group.columns, group.weights);
                    }
                }
                int from = problem.owner(source);
                offer(new Value(Value.Kind.ACTIVATION, source, from, worker, problem.sourceNumbers(), gain));
            }
        }
    }

    private void partialSums() {
        for (Group group : groups) {
            for (int sender : problem.senders(worker)) {
                if (group.senders.get(sender)) {
                    continue;
                }
                boolean last = group.senders.cardinality() + 1 == problem.senders(worker).length;
                if (!last && groups.size() > MOST_GROUPS && find(with(group, sender)) == null) {
                    continue;
                }
                int[] worth = worthwhile(group);
                double[] left = last ? full(worth) : after(group, sender, worth);
                for (int i = 0; i < worth.length; i++) {
                    double gain = problem.weight(worth[i]) * (group.residual(worth[i]) - left[i]);
                    offer(new Value(Value.Kind.PARTIAL_SUM, worth[i], sender, worker, problem.targetNumbers(), gain));
                }
            }
        }
    }

    /** The members whose sums could beat the best value so far. */
    private int[] worthwhile(Group group) {
        double floor = best == null ? 0 : best.perNumber() * problem.targetNumbers();
        return Arrays.stream(group.members)
                .filter(t -> problem.weight(t) * (group.residual(t) - problem.fullResidual(t)) > floor)
                .toArray();
    }

    private double[] full(int[] of) {
        return Arrays.stream(of).mapToDouble(problem::fullResidual).toArray();
    }

    private double[] after(Group group, int sender, int[] of) {
        double[] known = group.after.computeIfAbsent(sender, k -> new double[problem.targets()]);
        int[] when = group.computedAt.computeIfAbsent(sender, k -> {
            int[] never = new int[problem.targets()];
            Arrays.fill(never, -1);
            return never;
        });
        int[] stale = Arrays.stream(of)
                .filter(t -> when[t] < 0 || (included - when[t]) * STALE > included)
                .toArray();
        if (stale.length > 0) {
            int[] columns = Arrays.stream(stale).map(group::column).toArray();
            double[] computed = group.state.residualWith(slots(group, sender), columns);
            for (int i = 0; i < stale.length; i++) {
                known[stale[i]] = computed[i];
                when[stale[i]] = included;
            }
        }
        return Arrays.stream(of).mapToDouble(t -> known[t]).toArray();
    }

    private int[] slots(Group group, int sender) {
        return Arrays.stream(problem.sourcesOf(sender))
                .map(source -> group.slotOf[source])
                .toArray();
    }

    private static BitSet with(Group group, int sender) {
        BitSet senders = (BitSet) group.senders.clone();
        senders.set(sender);
        return senders;
    }

    private @Nullable Group find(BitSet senders) {
        for (Group group : groups) {
            if (group.senders.equals(senders)) {
                return group;
            }
        }
        return null;
    }

    @Override
    public void take(Value value) {
        fresh = false;
        if (value.kind() == Value.Kind.ACTIVATION) {
            sent[value.index()] = true;
            included++;
            for (Group group : groups) {
                if (group.slotOf[value.index()] >= 0) {
                    group.state.include(group.slotOf[value.index()]);
                }
            }
            return;
        }
        for (Group group : groups) {
            if (Arrays.stream(group.members).anyMatch(t -> t == value.index())) {
                leave(group, value.index(), value.from());
                return;
            }
        }
    }

    private void leave(Group group, int target, int sender) {
        BitSet senders = with(group, sender);
        group.set(Arrays.stream(group.members).filter(t -> t != target).toArray(), problem);
        if (senders.cardinality() < problem.senders(worker).length) {
            Group next = find(senders);
            if (next == null) {
                next = split(group, sender, senders);
                groups.add(next);
            }
            int[] joined = Arrays.copyOf(next.members, next.members.length + 1);
            joined[next.members.length] = target;
            next.set(joined, problem);
        }
        if (group.members.length == 0 && group.state != root) {
            groups.remove(group);
        }
    }

    private Group split(Group group, int sender, BitSet senders) {
        int[] slotOf = new int[problem.sources()];
        Arrays.fill(slotOf, -1);
        int count = 0;
        for (int source : problem.foreign(worker)) {
            if (problem.owner(source) != sender && group.slotOf[source] >= 0) {
                slotOf[source] = count++;
            }
        }
        Map<Integer, Integer> columnOf = new HashMap<>();
        int[] columns = new int[targets.length];
        for (int i = 0; i < targets.length; i++) {
            columnOf.put(targets[i], i);
            columns[i] = group.column(targets[i]);
        }
        return new Group(senders, group.state.without(slots(group, sender), columns), slotOf, columnOf);
    }
}
