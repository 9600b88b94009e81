package starling.repurpose.values;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Receiver} where sources say nothing about each other: a value gains the weighted energies it makes known, those of
 * one source towards the targets that have no sum of its owner yet, or those of one sender's sources not yet sent towards one
 * target. Both are kept as running sums, and the winner is added up afresh before it is offered, so that no rounding is
 * mistaken for a gain.
 *
 * <p>Cost for S sources, T targets of which m are the receiver's, P workers: O(S m) at first, and per value
 * O(S + m P + T). All receivers together look at each weight once.
 */
final class UncorrelatedReceiver implements Offers {
    private static final double ROUNDING = 1e-9;

    private final LayerProblem problem;
    private final int worker;
    private final int[] targets;
    private final LayerMoments moments;
    /** The sources sent, in their order. */
    private final List<Integer> arrived = new ArrayList<>();

    private final boolean[] sent;
    private final boolean[][] summed;
    private final double[] ofSource;
    private final double[][] ofSum;
    private @Nullable Value best;
    private boolean fresh;

    UncorrelatedReceiver(LayerProblem problem, int worker, int[] targets) {
        this.problem = problem;
        this.worker = worker;
        this.targets = targets;
        this.moments = problem.moments();
        this.sent = new boolean[problem.sources()];
        this.summed = new boolean[targets.length][problem.workers()];
        this.ofSource = new double[problem.sources()];
        this.ofSum = new double[targets.length][problem.workers()];
        int[] foreign = problem.foreign(worker);
        for (int i = 0; i < targets.length; i++) {
            for (int source : foreign) {
                double worth = worth(source, i);
                ofSource[source] += worth;
                ofSum[i][problem.owner(source)] += worth;
            }
        }
    }

    private double worth(int source, int target) {
        return problem.weight(targets[target]) * moments.energy(source, targets[target]);
    }

    @Override
    public double[] residual() {
        return residuals(problem, List.of(this))[0];
    }

    /** {@link #residual} of several receivers of one layer: each weight is read once for all of them. */
    static double[][] residuals(LayerProblem problem, List<UncorrelatedReceiver> receivers) {
        LayerMoments moments = problem.moments();
        double[][] left = new double[receivers.size()][];
        int[][] known = new int[receivers.size()][];
        for (int k = 0; k < left.length; k++) {
            UncorrelatedReceiver receiver = receivers.get(k);
            left[k] = problem.start(receiver.worker).residual().clone();
            known[k] = receiver.arrived.stream().mapToInt(Integer::intValue).toArray();
        }
        for (int t = 0; t < problem.targets(); t++) {
            for (int k = 0; k < left.length; k++) {
                double rest = left[k][t];
                for (int source : known[k]) {
                    rest -= moments.energy(source, t);
                }
                left[k][t] = rest;
            }
        }
        return left;
    }

    @Override
    public @Nullable Value best(long numbers) {
        if (!fresh || (best != null && best.numbers() > numbers)) {
            best = search(numbers);
            fresh = true;
        }
        return best;
    }

    private @Nullable Value search(long numbers) {
        while (true) {
            int source = problem.sourceNumbers() <= numbers ? bestSource() : -1;
            int sum = problem.targetNumbers() <= numbers ? bestSum() : -1;
            int target = sum / problem.workers();
            int sender = sum % problem.workers();
            double bySource = source < 0 ? 0 : ofSource[source] / problem.sourceNumbers();
            double bySum = sum < 0 ? 0 : ofSum[target][sender] / problem.targetNumbers();
            if (bySource >= bySum && source >= 0) {
                double gain = exactSource(source);
                boolean sound = gain >= ofSource[source] * (1 - ROUNDING);
                ofSource[source] = gain;
                if (sound) {
                    return new Value(
                            Value.Kind.ACTIVATION,
                            source,
                            problem.owner(source),
                            worker,
                            problem.sourceNumbers(),
                            gain);
                }
            } else if (sum >= 0) {
                double gain = exactSum(target, sender);
                boolean sound = gain >= ofSum[target][sender] * (1 - ROUNDING);
                ofSum[target][sender] = gain;
                if (sound) {
                    return new Value(
                            Value.Kind.PARTIAL_SUM, targets[target], sender, worker, problem.targetNumbers(), gain);
                }
            } else {
                return null;
            }
        }
    }

    /** The source that gains most, or -1 if none gains. */
    private int bestSource() {
        int found = -1;
        double most = 0;
        for (int source = 0; source < ofSource.length; source++) {
            if (!sent[source] && ofSource[source] > most) {
                found = source;
                most = ofSource[source];
            }
        }
        return found;
    }

    /** Target times workers plus sender of the sum that gains most, or -1 if none gains. */
    private int bestSum() {
        int found = -1;
        double most = 0;
        for (int i = 0; i < targets.length; i++) {
            for (int k = 0; k < problem.workers(); k++) {
                if (!summed[i][k] && ofSum[i][k] > most) {
                    found = i * problem.workers() + k;
                    most = ofSum[i][k];
                }
            }
        }
        return found;
    }

    private double exactSource(int source) {
        double sum = 0;
        for (int i = 0; i < targets.length; i++) {
            sum += summed[i][problem.owner(source)] ? 0 : worth(source, i);
        }
        return sum;
    }

    private double exactSum(int target, int sender) {
        double sum = 0;
        for (int source : problem.sourcesOf(sender)) {
            sum += sent[source] ? 0 : worth(source, target);
        }
        return sum;
    }

    @Override
    public void take(Value value) {
        fresh = false;
        int from = value.from();
        if (value.kind() == Value.Kind.ACTIVATION) {
            int source = value.index();
            sent[source] = true;
            for (int i = 0; i < targets.length; i++) {
                ofSum[i][from] -= worth(source, i);
            }
            arrived.add(source);
            return;
        }
        int target = Arrays.binarySearch(targets, value.index());
        summed[target][from] = true;
        for (int source : problem.sourcesOf(from)) {
            ofSource[source] -= worth(source, target);
        }
    }
}
