package starling.codes.sequential;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Improved diagonally interleaved polynomial codes for the (N, W)-arbitrary straggler model (Algorithm 2): x y = P W - N, T = W -
 * 1. In each of its W rounds a job has one mini-task of every worker. One that failed is repeated by the same worker; a new one is
 * a product as it is if the model has the worker answer in one of the rounds that are left, else a value of the polynomial. Load of
 * a worker in a round: at most 1 / (P - N / W) jobs, the least that is possible (Theorem 3.1).
 *
 * <p>A round outside the model is waited for (section 3.2.2): it ends when those that are missing conform.
 *
 * <p>The number of unassigned products is counted once for each job and round, before its workers are gone through, and a
 * worker may be a straggler if every window that overlaps allows it. The variant for bursts of the paper's experiment is defined only
 * in a supplement and is not here.
 */
public final class Idip extends SequentialScheme {
    private final ArbitraryStragglers model;
    private final Map<Long, int[]> given = new HashMap<>();
    private final @Nullable MiniTask[][] failed;
    private int[] stragglers = new int[0];

    /**
     * The code for a stream.
     *
     * @param x row blocks
     * @param y column blocks; x y must be P W - N
     * @param workers P
     * @param model N and W
     * @param jobs J
     * @throws IllegalArgumentException if a number is out of its range, or x y is not P W - N
     */
    public Idip(int x, int y, int workers, ArbitraryStragglers model, long jobs) {
        super("idip", x, y, workers, model.window() - 1, workers * model.window(), jobs);
        if (x * y != workers * model.window() - model.most()) {
            throw new IllegalArgumentException("the blocks of a product must be P W - N = "
                    + (workers * model.window() - model.most()) + ": they are " + x + " times " + y);
        }
        this.model = model;
        this.failed = new MiniTask[model.window()][workers];
    }

    @Override
    List<List<MiniTask>> assign(long round) {
        List<List<MiniTask>> tasks = new ArrayList<>();
        for (int worker = 0; worker < workers(); worker++) {
            tasks.add(new ArrayList<>());
        }
        for (int l = 1; l <= model.window(); l++) {
            long job = round - l + 1;
            if (isFinished(job)) {
                continue;
            }
            // The same worker had the mini-task of this job as its (l-1)-th one a round ago.
            @Nullable MiniTask[] again = l == 1 ? new MiniTask[workers()] : failed[l - 2];
            int[] counts = given.computeIfAbsent(job, none -> new int[2]);
            long fresh = Arrays.stream(again).filter(task -> task == null).count();
            boolean few = products() - counts[0] < fresh;
            boolean mayFail = model.mayPersist(stragglers, model.window() - l + 1);
            for (int worker = 0; worker < workers(); worker++) {
                MiniTask before = again[worker];
                if (before != null) {
                    tasks.get(worker).add(before);
                } else if (few || mayFail) {
                    tasks.get(worker).add(new MiniTask(job, products() + counts[1]++));
                } else {
                    tasks.get(worker).add(new MiniTask(job, counts[0]++));
                }
            }
        }
        return tasks;
    }

    @Override
    boolean conforms(List<BitSet> arrived) {
        int[] all = Arrays.copyOf(stragglers, stragglers.length + 1);
        all[stragglers.length] = missing(arrived);
        return model.conform(all);
    }

    private int missing(List<BitSet> arrived) {
        int missing = 0;
        for (int worker = 0; worker < workers(); worker++) {
            missing += arrived.get(worker).cardinality() < assigned(worker) ? 1 : 0;
        }
        return missing;
    }

    @Override
    void remember(long round, List<List<MiniTask>> tasks, List<BitSet> arrived) {
        given.remove(round - delay());
        int kept = Math.min(stragglers.length, model.window() - 1);
        int[] all = Arrays.copyOfRange(stragglers, stragglers.length - kept, stragglers.length + 1);
        all[kept] = missing(arrived);
        stragglers = all;
        for (@Nullable MiniTask[] slot : failed) {
            Arrays.fill(slot, null);
        }
        for (int worker = 0; worker < workers(); worker++) {
            List<MiniTask> own = tasks.get(worker);
            for (int place = 0; place < own.size(); place++) {
                if (!arrived.get(worker).get(place)) {
                    failed[(int) (round - own.get(place).job())][worker] = own.get(place);
                }
            }
        }
    }
}
