package starling.codes.sequential;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Diagonally interleaved polynomial codes (Algorithm 1). In each of its first T rounds a job that is not known yet has one new
 * mini-task of every worker; in its last one as many as are missing, divided by lambda and rounded up, so that any lambda workers
 * can finish it. Load of a worker in a round: at most (T + ceil(x y / lambda)) / (x y) jobs.
 *
 * <p>With T = 0 that is the polynomial code that bears P - lambda stragglers, and with lambda = P, products as they are.
 */
public final class Dip extends SequentialScheme {
    private final int lambda;
    private final int first;
    private final Map<Long, Integer> given = new HashMap<>();

    private Dip(String name, int x, int y, int workers, int delay, int lambda, int first, long jobs) {
        super(name, x, y, workers, delay, workers * (delay + last(x * y, lambda)), jobs);
        this.lambda = lambda;
        this.first = first;
    }

    private static int last(int missing, int lambda) {
        return (missing + lambda - 1) / lambda;
    }

    /**
     * The code for a stream.
     *
     * @param x row blocks
     * @param y column blocks
     * @param workers P
     * @param delay T
     * @param lambda workers, at most P, that can finish a job in its last round
     * @param jobs J
     * @throws IllegalArgumentException if a number is out of its range
     */
    public static Dip of(int x, int y, int workers, int delay, int lambda, long jobs) {
        check(workers, lambda);
        return new Dip("dip", x, y, workers, delay, lambda, x * y, jobs);
    }

    /** The polynomial code of each product alone, with as many blocks as workers that must answer. */
    public static Dip polynomial(int x, int y, int workers, long jobs) {
        check(workers, x * y);
        return new Dip("polynomial", x, y, workers, 0, x * y, x * y, jobs);
    }

    /** Each product alone, a block for every worker, without a code. */
    public static Dip uncoded(int workers, long jobs) {
        check(workers, workers);
        return new Dip("uncoded", workers, 1, workers, 0, workers, 0, jobs);
    }

    private static void check(int workers, int lambda) {
        if (lambda < 1 || lambda > workers) {
            throw new IllegalArgumentException(
                    "the workers that can finish a job must be from 1 to " + workers + ": they are " + lambda);
        }
    }

    @Override
    List<List<MiniTask>> assign(long round) {
        List<List<MiniTask>> tasks = new ArrayList<>();
        for (int worker = 0; worker < workers(); worker++) {
            tasks.add(new ArrayList<>());
        }
        for (int l = 1; l <= delay() + 1; l++) {
            long job = round - l + 1;
            if (isFinished(job)) {
                continue;
            }
            int each = l <= delay() ? 1 : last(products() - received(job).cardinality(), lambda);
            for (List<MiniTask> own : tasks) {
                for (int i = 0; i < each; i++) {
                    own.add(new MiniTask(job, first + given.merge(job, 1, Integer::sum) - 1));
                }
            }
        }
        return tasks;
    }

    /** Any stragglers: the last round of a job makes up for them. */
    @Override
    boolean conforms(List<BitSet> arrived) {
        return true;
    }

    @Override
    void remember(long round, List<List<MiniTask>> tasks, List<BitSet> arrived) {
        given.remove(round - delay());
    }
}
