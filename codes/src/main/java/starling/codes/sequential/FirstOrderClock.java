package starling.codes.sequential;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.LongToDoubleFunction;
import java.util.stream.IntStream;
import starling.codes.straggler.StragglerPattern;

/**
 * A stream's rounds on a virtual clock, by the first-order model: a worker takes its load, a straggler alpha times as long, and sends
 * all results of a round together. The master waits mu times longer than for the first worker, and then as long as the
 * scheme needs (section 3.1).
 *
 * @param pattern who is a straggler in which round
 * @param alpha of stragglers, at least 1
 * @param mu from 0
 * @param seconds of a whole job on one worker, by its number
 */
public record FirstOrderClock(StragglerPattern pattern, double alpha, double mu, LongToDoubleFunction seconds) {
    /** @throws IllegalArgumentException if a number is out of its range */
    public FirstOrderClock {
        if (!(alpha >= 1) || alpha == Double.POSITIVE_INFINITY || !(mu >= 0) || mu == Double.POSITIVE_INFINITY) {
            throw new IllegalArgumentException(
                    "alpha must be at least 1 and mu at least 0: they are " + alpha + " and " + mu);
        }
    }

    /**
     * What a round was like.
     *
     * @param seconds that it took
     * @param load the most of a worker, in seconds of one that is no straggler
     * @param tasks the mini-tasks of every worker
     * @param arrived for every worker the places of mini-tasks whose results came
     * @param finished the jobs that became known
     */
    public record Round(
            double seconds, double load, List<List<MiniTask>> tasks, List<BitSet> arrived, List<Long> finished) {}

    /** The next round of a scheme. */
    public Round run(SequentialScheme scheme) {
        List<List<MiniTask>> tasks = scheme.begin();
        int workers = tasks.size();
        double[] loads = new double[workers];
        double[] times = new double[workers];
        for (int worker = 0; worker < workers; worker++) {
            for (MiniTask task : tasks.get(worker)) {
                loads[worker] += seconds.applyAsDouble(task.job()) / scheme.products();
            }
            times[worker] = loads[worker] * (pattern.slow(scheme.rounds(), worker) ? alpha : 1);
        }
        List<BitSet> arrived = new ArrayList<>();
        for (int worker = 0; worker < workers; worker++) {
            arrived.add(new BitSet());
        }
        List<Integer> order = IntStream.range(0, workers)
                .boxed()
                .filter(worker -> !tasks.get(worker).isEmpty())
                .sorted((a, b) -> Double.compare(times[a], times[b]))
                .toList();
        double now = 0;
        if (!order.isEmpty()) {
            double patience = times[order.get(0)] * (1 + mu);
            for (int worker : order) {
                // Those who come at the same moment are all heard.
                if (times[worker] > Math.max(now, patience) && scheme.enough(arrived)) {
                    now = Math.max(now, patience);
                    break;
                }
                arrived.get(worker).set(0, tasks.get(worker).size());
                now = times[worker];
            }
        }
        double load =
                IntStream.range(0, workers).mapToDouble(w -> loads[w]).max().orElse(0);
        return new Round(now, load, tasks, arrived, scheme.end(arrived));
    }
}
