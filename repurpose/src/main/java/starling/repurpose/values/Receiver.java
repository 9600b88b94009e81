package starling.repurpose.values;

import java.util.ArrayList;
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
 * recomputed only now and then as activations are added ({@link #STALE}); in between it is an upper bound of what is left, so
 * the gain is never overstated. With one other worker it is always exact.
 */
final class Receiver {
    private static final int STALE = 4;
    private static final int MOST_GROUPS = 24;

    private final LayerProblem problem;
    private final int worker;
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
        final List<Integer> members = new ArrayList<>();
        final double[] weight;
        final Map<Integer, double[]> after = new HashMap<>();
        final Map<Integer, Integer> computedAt = new HashMap<>();

        Group(BitSet senders, Conditional state, int[] slotOf, int targets) {
            this.senders = senders;
            this.state = state;
            this.slotOf = slotOf;
            this.weight = new double[targets];
        }
    }

    Receiver(LayerProblem problem, int worker, int[] targets) {
        this.problem = problem;
        this.worker = worker;
        this.root = problem.start(worker).copy();
        this.sent = new boolean[problem.sources()];
        int[] slotOf = new int[problem.sources()];
        java.util.Arrays.fill(slotOf, -1);
        int[] foreign = problem.foreign(worker);
        for (int i = 0; i < foreign.length; i++) {
            slotOf[foreign[i]] = i;
        }
        Group all = new Group(new BitSet(), root, slotOf, problem.targets());
        for (int t : targets) {
            join(all, t);
        }
        groups.add(all);
    }

    private void join(Group group, int target) {
        group.members.add(target);
        group.weight[target] = problem.weight(target);
        group.after.clear();
    }

    /** What a fit on the local sources and the activations kept leaves of every target, whoever owns it. */
    double[] residual() {
        return root.residual();
    }

    /** The value with the largest gain per number among those of at most {@code numbers}; null if none gains. */
    @Nullable
    Value best(long numbers) {
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
                    if (slot >= 0 && !group.members.isEmpty()) {
                        gain += group.state.gain(slot, group.weight);
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
                if (group.senders.get(sender) || group.members.isEmpty()) {
                    continue;
                }
                boolean last = group.senders.cardinality() + 1 == problem.senders(worker).length;
                if (!last && groups.size() > MOST_GROUPS && find(with(group, sender)) == null) {
                    continue;
                }
                double[] after = last ? new double[0] : after(group, sender);
                for (int i = 0; i < group.members.size(); i++) {
                    int t = group.members.get(i);
                    double left = last ? problem.fullResidual(t) : after[i];
                    double gain = group.weight[t] * (group.state.residual()[t] - left);
                    offer(new Value(Value.Kind.PARTIAL_SUM, t, sender, worker, problem.targetNumbers(), gain));
                }
            }
        }
    }

    private double[] after(Group group, int sender) {
        double[] known = group.after.get(sender);
        int age = included - group.computedAt.getOrDefault(sender, 0);
        if (known == null || age * STALE > included) {
            int[] members = group.members.stream().mapToInt(Integer::intValue).toArray();
            known = group.state.residualWith(slots(group, sender), members);
            group.after.put(sender, known);
            group.computedAt.put(sender, included);
        }
        return known;
    }

    private int[] slots(Group group, int sender) {
        int[] sources = problem.sourcesOf(sender);
        int[] slots = new int[sources.length];
        for (int i = 0; i < slots.length; i++) {
            slots[i] = group.slotOf[sources[i]];
        }
        return slots;
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

    /** Keeps a value. */
    void take(Value value) {
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
        for (Group group : List.copyOf(groups)) {
            if (group.weight[value.index()] != 0 && group.members.contains(value.index())) {
                leave(group, value.index(), value.from());
                return;
            }
        }
    }

    private void leave(Group group, int target, int sender) {
        BitSet senders = with(group, sender);
        group.members.remove((Integer) target);
        group.weight[target] = 0;
        group.after.clear();
        if (senders.cardinality() < problem.senders(worker).length) {
            Group next = find(senders);
            if (next == null) {
                next = split(group, sender, senders);
                groups.add(next);
            }
            join(next, target);
        }
        if (group.members.isEmpty() && group.state != root) {
            groups.remove(group);
        }
    }

    private Group split(Group group, int sender, BitSet senders) {
        int[] gone = slots(group, sender);
        boolean[] leaves = new boolean[problem.sources()];
        for (int source : problem.sourcesOf(sender)) {
            leaves[source] = true;
        }
        int[] slotOf = new int[problem.sources()];
        int count = 0;
        for (int source : problem.foreign(worker)) {
            slotOf[source] = -1;
            if (!leaves[source] && group.slotOf[source] >= 0) {
                slotOf[source] = count++;
            }
        }
        for (int source : problem.sourcesOf(worker)) {
            slotOf[source] = -1;
        }
        return new Group(senders, group.state.without(gone), slotOf, problem.targets());
    }
}
