package starling.repurpose.evaluate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.IntStream;
import starling.models.UnfitException;
import starling.models.command.Progress;
import starling.models.data.Dataset;
import starling.models.plan.Absence;
import starling.models.plan.Bundle;
import starling.models.plan.LocalFleet;
import starling.models.plan.Plan;
import starling.models.run.BatchRule;
import starling.models.run.Decision;

/**
 * How accurate a fleet is while any k of its workers are away, by each policy of agents and requester. All sets of k workers are
 * tried where there are at most {@value #MOST_SETS}, otherwise so many random ones.
 *
 * <p>By {@code zero}, whoever is away sent nothing from the start. By {@code last}, they were there for the first sample
 * and have been away since: what they sent for it stands for all that follows. By {@code fail}, a sample that misses anything has
 * no answer. A sample without an answer is not answered right.
 *
 * <p>Cost: sets x 2 runs of the whole data set, less what the workers away would have computed.
 */
public final class MissingWorkers {
    /** Most sets of workers tried. */
    public static final int MOST_SETS = 64;

    private final LocalFleet fleet;
    private final Dataset data;
    private final int chunk;

    private MissingWorkers(LocalFleet fleet, Dataset data) {
        this.fleet = fleet;
        this.data = data;
        this.chunk = Math.min(data.count(), BatchRule.samples(data.elements()));
    }

    /**
     * Checks that so many workers can be away.
     *
     * @throws UnfitException unless 1 &lt;= k &lt; P
     */
    public static void require(Plan plan, int k) {
        if (k < 1 || k >= plan.workers()) {
            throw new UnfitException("missing workers must be at least 1 and fewer than the plan's " + plan.workers()
                    + ": asked for " + k);
        }
    }

    /**
     * Measures.
     *
     * @param k how many are away
     * @param seed of the choice of sets
     * @throws UnfitException unless 1 &lt;= k &lt; P and the data suits the model
     */
    public static Plan.Missing of(Bundle bundle, Dataset data, int k, long seed) {
        Plan plan = bundle.plan();
        require(plan, k);
        Evaluation.requireSuitable(plan, data);
        List<List<Integer>> sets = sets(plan.workers(), k, seed);
        List<Plan.Away> each = new ArrayList<>();
        try (LocalFleet fleet = new LocalFleet(bundle, 2);
                Progress progress = new Progress("without workers", sets.size())) {
            MissingWorkers study = new MissingWorkers(fleet, data);
            for (List<Integer> away : sets) {
                Map<String, Double> accuracy = new LinkedHashMap<>();
                for (Absence.Policy policy : Absence.Policy.values()) {
                    accuracy.put(policy.word(), study.accuracy(new Absence(new TreeSet<>(away), policy)));
                }
                each.add(new Plan.Away(away, accuracy));
                progress.at(each.size());
            }
        }
        Map<String, Plan.Spread> spread = new LinkedHashMap<>();
        for (Absence.Policy policy : Absence.Policy.values()) {
            double[] all = each.stream()
                    .mapToDouble(one -> one.accuracy().getOrDefault(policy.word(), 0.0))
                    .toArray();
            double worst = Arrays.stream(all).min().orElse(0);
            double best = Arrays.stream(all).max().orElse(0);
            double mean = Arrays.stream(all).average().orElse(0);
            spread.put(policy.word(), new Plan.Spread(worst, Math.max(worst, Math.min(best, mean)), best));
        }
        return new Plan.Missing(data.name(), data.count(), subsets(plan.workers(), k), spread, List.copyOf(each));
    }

    private double accuracy(Absence absence) {
        if (!absence.isAnswered(fleet.plan())) {
            return 0;
        }
        int first = absence.policy() == Absence.Policy.LAST ? 1 : 0;
        long right = first == 0 ? 0 : right(0, 1, Absence.NONE);
        for (int from = first; from < data.count(); from += chunk) {
            right += right(from, Math.min(chunk, data.count() - from), absence);
        }
        return right / (double) data.count();
    }

    private long right(int from, int count, Absence absence) {
        float[] samples = new float[count * data.elements()];
        data.readBatch(from, count, samples);
        float[] answers = fleet.run(samples, count, absence).values().iterator().next();
        int width = answers.length / count;
        return IntStream.range(0, count)
                .filter(i -> Decision.of(answers, i * width, width) == data.label(from + i))
                .count();
    }

    /** The number of sets of k of P workers; {@link Long#MAX_VALUE} where there are more. */
    static long subsets(int workers, int k) {
        long sets = 1;
        int few = Math.min(k, workers - k);
        for (int i = 1; i <= few; i++) {
            long factor = (long) workers - few + i;
            if (sets > Long.MAX_VALUE / factor) {
                return Long.MAX_VALUE;
            }
            sets = sets * factor / i;
        }
        return sets;
    }

    /** All sets in lexicographic order where there are few, else random ones, each once. */
    static List<List<Integer>> sets(int workers, int k, long seed) {
        List<List<Integer>> sets = new ArrayList<>();
        if (subsets(workers, k) <= MOST_SETS) {
            int[] set = IntStream.range(0, k).toArray();
            int last = k - 1;
            while (last >= 0) {
                sets.add(Arrays.stream(set).boxed().toList());
                last = k - 1;
                while (last >= 0 && set[last] == workers - k + last) {
                    last--;
                }
                if (last >= 0) {
                    set[last]++;
                    for (int i = last + 1; i < k; i++) {
                        set[i] = set[i - 1] + 1;
                    }
                }
            }
            return sets;
        }
        SplittableRandom random = new SplittableRandom(seed);
        TreeSet<List<Integer>> drawn = new TreeSet<>(MissingWorkers::compare);
        while (drawn.size() < MOST_SETS) {
            TreeSet<Integer> set = new TreeSet<>();
            for (int top = workers - k; top < workers; top++) {
                int worker = random.nextInt(top + 1);
                set.add(set.contains(worker) ? top : worker);
            }
            drawn.add(List.copyOf(set));
        }
        return List.copyOf(drawn);
    }

    private static int compare(List<Integer> a, List<Integer> b) {
        return Arrays.compare(
                a.stream().mapToInt(Integer::intValue).toArray(),
                b.stream().mapToInt(Integer::intValue).toArray());
    }
}
