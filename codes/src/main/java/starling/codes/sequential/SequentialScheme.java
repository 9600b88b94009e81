package starling.codes.sequential;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import starling.codes.computation.ComputationCode;
import starling.codes.computation.Partition;
import starling.codes.computation.Task;
import starling.codes.threshold.ChebyshevNodes;
import starling.codes.threshold.PolynomialCode;

/**
 * What the master of a stream of products does (section 2.1): in round t it gives every worker mini-tasks of jobs t - T to t, and
 * the round may end when job t - T is known. Jobs are numbered from 1; there are T more rounds than jobs.
 *
 * <p>All jobs share one code of rows times columns, with one worker that stands for the pool of mini-tasks: the x y products of
 * blocks as they are in the order of the polynomial's coefficients, and behind them its values. Any x y values, or a beginning of the products and values enough for the rest, determine a job.
 *
 * <p>Use: {@link #begin}, then as results come {@link #enough}, then {@link #end}. Not safe for use by several threads.
 */
public abstract class SequentialScheme {
    private static final double GAP = 0.4;

    private final String name;
    private final ComputationCode code;
    private final int products;
    private final int workers;
    private final int delay;
    private final long jobs;
    private final Map<Long, BitSet> received = new HashMap<>();
    private final Map<Long, Boolean> finished = new HashMap<>();
    private long ended;
    private List<List<MiniTask>> assigned = List.of();

    /**
     * A stream of which no round has begun.
     *
     * @param name short, for reports
     * @param x row blocks of the left factors
     * @param y column blocks of the right factors
     * @param workers P
     * @param delay T, rounds after its first in which a job must be known
     * @param values of the polynomial that the scheme may need for one job
     * @param jobs J
     */
    SequentialScheme(String name, int x, int y, int workers, int delay, int values, long jobs) {
        if (workers < 1 || delay < 0 || jobs < 1) {
            throw new IllegalArgumentException("a stream must have workers, jobs and a delay of at least 0: it has "
                    + workers + ", " + jobs + " and " + delay);
        }
        this.name = name;
        this.code = pool(name, Partition.rowsTimesColumns(x, y), values);
        this.products = x * y;
        this.workers = workers;
        this.delay = delay;
        this.jobs = jobs;
    }

    private static ComputationCode pool(String name, Partition partition, int values) {
        List<Task> pool = new ArrayList<>();
        for (int j = 0; j < partition.columns(); j++) {
            for (int i = 0; i < partition.rows(); i++) {
                double[] left = new double[partition.rows()];
                double[] right = new double[partition.columns()];
                left[i] = 1;
                right[j] = 1;
                pool.add(Task.of(left, right));
            }
        }
        for (double place : places(values)) {
            pool.add(Task.of(PolynomialCode.left(partition, place), PolynomialCode.right(partition, place)));
        }
        return ComputationCode.ofBlocks(name, partition, List.of(pool));
    }

    /**
     * Places from -1 to -0.4 and from 0.4 to 1, the zeros of T_n((2 z^2 - 1 - 0.4^2) / (1 - 0.4^2)), the first ones spread as well as
     * can be. Near zero a value would say little of a product with a high power once those with low powers are known: of
     * twelve products and any values of 16 the condition is at most 2e7, with Chebyshev nodes between -1 and 1 it was 3e11.
     */
    private static double[] places(int values) {
        double[] nodes = ChebyshevNodes.spread(Math.max(1, (values + 1) / 2));
        double[] places = new double[values];
        for (int i = 0; i < values; i++) {
            double square = (1 + GAP * GAP + (1 - GAP * GAP) * nodes[i / 2]) / 2;
            places[i] = (i % 2 == 0 ? 1 : -1) * StrictMath.sqrt(square);
        }
        return places;
    }

    /** Short, for reports. */
    public final String name() {
        return name;
    }

    /** The code of every job; mini-tasks are tasks of its worker 0, and answers name them so. */
    public final ComputationCode code() {
        return code;
    }

    /** x y, the mini-tasks that determine a job. */
    public final int products() {
        return products;
    }

    /** P. */
    public final int workers() {
        return workers;
    }

    /** T. */
    public final int delay() {
        return delay;
    }

    /** Rounds that have ended. */
    public final long rounds() {
        return ended;
    }

    /** Whether all jobs are known. */
    public final boolean over() {
        return ended == jobs + delay;
    }

    /**
     * Begins the next round.
     *
     * @return for every worker its mini-tasks, in the order in which it computes them; without those of jobs that are known
     * @throws IllegalStateException if a round has begun and not ended, or none is left
     */
    public final List<List<MiniTask>> begin() {
        if (!assigned.isEmpty() || over()) {
            throw new IllegalStateException(
                    over() ? "all " + ended + " rounds are over" : "round " + (ended + 1) + " has not ended");
        }
        assigned = assign(ended + 1);
        return assigned;
    }

    /**
     * Whether the round may end with these results.
     *
     * @param arrived for every worker the places of its mini-tasks whose results have come
     */
    public final boolean enough(List<BitSet> arrived) {
        check(arrived);
        return conforms(arrived) && isDetermined(ended + 1 - delay, arrived);
    }

    /**
     * Ends the round.
     *
     * @param arrived for every worker the places of its mini-tasks whose results have come
     * @return the jobs that are known now and were not before
     * @throws IllegalStateException if there is no round, or it may not end with these results
     */
    public final List<Long> end(List<BitSet> arrived) {
        if (!enough(arrived)) {
            throw new IllegalStateException("round " + (ended + 1) + " must wait for more results");
        }
        for (int worker = 0; worker < workers; worker++) {
            List<MiniTask> tasks = assigned.get(worker);
            arrived.get(worker).stream().mapToObj(tasks::get).forEach(mini -> received(mini.job())
                    .set(mini.task()));
        }
        ended++;
        List<Long> news = new ArrayList<>();
        for (long job = Math.max(1, ended - delay); job <= Math.min(jobs, ended); job++) {
            if (!isFinished(job) && isDetermined(received(job))) {
                finished.put(job, true);
                news.add(job);
            }
        }
        remember(ended, assigned, arrived);
        assigned = List.of();
        received.remove(ended - delay);
        finished.remove(ended - delay);
        return news;
    }

    private void check(List<BitSet> arrived) {
        if (assigned.isEmpty()) {
            throw new IllegalStateException("no round has begun");
        }
        if (arrived.size() != workers) {
            throw new IllegalArgumentException(
                    "results must be of " + workers + " workers: they are of " + arrived.size());
        }
        for (int worker = 0; worker < workers; worker++) {
            if (arrived.get(worker).length() > assigned.get(worker).size()) {
                throw new IllegalArgumentException(
                        "results must be of a worker's own mini-tasks: worker " + worker + " has "
                                + assigned.get(worker).size() + " and a result of number "
                                + (arrived.get(worker).length() - 1));
            }
        }
    }

    /** Whether a job is known already, or there is no such job. */
    final boolean isFinished(long job) {
        return job < 1 || job > jobs || finished.getOrDefault(job, false);
    }

    /** How many mini-tasks a worker has in this round. */
    final int assigned(int worker) {
        return assigned.get(worker).size();
    }

    /** Results of a job so far. */
    final BitSet received(long job) {
        return received.computeIfAbsent(job, none -> new BitSet());
    }

    private boolean isDetermined(long job, List<BitSet> arrived) {
        if (isFinished(job)) {
            return true;
        }
        BitSet all = (BitSet) received(job).clone();
        for (int worker = 0; worker < workers; worker++) {
            List<MiniTask> tasks = assigned.get(worker);
            arrived.get(worker).stream()
                    .mapToObj(tasks::get)
                    .filter(mini -> mini.job() == job)
                    .forEach(mini -> all.set(mini.task()));
        }
        return isDetermined(all);
    }

    /** Of a beginning of the products and any values counting is enough; else linear algebra decides. */
    private boolean isDetermined(BitSet results) {
        if (results.cardinality() < products) {
            return false;
        }
        if (results.get(0, products).cardinality() == results.nextClearBit(0) || results.nextClearBit(0) >= products) {
            return true;
        }
        var recovery = code.recovery();
        results.stream().forEach(task -> recovery.add(code.functional(0, task)));
        return code.complete(recovery);
    }

    /** What the workers do in a round; mini-tasks of jobs that are {@linkplain #isFinished known} are left out. */
    abstract List<List<MiniTask>> assign(long round);

    /** Whether those who have not answered are stragglers that the scheme is made for. */
    abstract boolean conforms(List<BitSet> arrived);

    /** Called when a round has ended. */
    abstract void remember(long round, List<List<MiniTask>> tasks, List<BitSet> arrived);
}
