package starling.codes.partial;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import starling.codes.computation.ComputationCode;
import starling.codes.computation.Recovery;
import starling.codes.computation.Task;
import starling.codes.straggler.ShiftedExponential;

/**
 * All score vectors of a code (section 2.1): how many of its r tasks every worker has done, c in {0..r}^K. Those from which enough
 * pieces can be decoded, counted by their cumulative type N = (N_r, .., N_0), give the law of the completion time exactly:
 * P(T &lt;= t) = sum over types of n(N) prod over s of P_s(t)^N_s. Every vector is decoded by linear algebra: (r+1)^K
 * decodings, so for few workers.
 */
public final class ScoreVectors {
    private static final long MOST = 1 << 20;

    private final int load;
    private final Map<List<Integer>, Integer> counts;

    private ScoreVectors(int load, Map<List<Integer>, Integer> counts) {
        this.load = load;
        this.counts = counts;
    }

    /**
     * Counts the score vectors that are enough.
     *
     * @param needed pieces that must be known
     * @throws IllegalArgumentException if workers differ in their number of tasks, or there are more than 2^20 vectors
     */
    public static ScoreVectors of(ComputationCode code, int needed) {
        int workers = code.workers().size();
        int load = code.workers().get(0).size();
        for (List<Task> tasks : code.workers()) {
            if (tasks.size() != load) {
                throw new IllegalArgumentException("score vectors are counted for workers of as many tasks: one has "
                        + tasks.size() + ", the first " + load);
            }
        }
        double vectors = Math.pow(load + 1.0, workers);
        if (vectors > MOST) {
            throw new IllegalArgumentException("at most " + MOST + " score vectors are counted: there are " + vectors);
        }
        Map<List<Integer>, Integer> counts = new LinkedHashMap<>();
        int[] scores = new int[workers];
        do {
            List<Integer> type = type(scores, load);
            counts.merge(type, enough(code, scores, needed) ? 1 : 0, Integer::sum);
        } while (advance(scores, load));
        return new ScoreVectors(load, counts);
    }

    private static boolean advance(int[] scores, int load) {
        for (int worker = 0; worker < scores.length; worker++) {
            if (scores[worker] < load) {
                scores[worker]++;
                return true;
            }
            scores[worker] = 0;
        }
        return false;
    }

    private static List<Integer> type(int[] scores, int load) {
        Integer[] type = new Integer[load + 1];
        Arrays.fill(type, 0);
        for (int score : scores) {
            type[load - score]++;
        }
        return List.of(type);
    }

    private static boolean enough(ComputationCode code, int[] scores, int needed) {
        Recovery recovery = code.recovery();
        for (int worker = 0; worker < scores.length; worker++) {
            List<Task> tasks = code.workers().get(worker);
            int sent = scores[worker];
            while (sent > 0 && !tasks.get(sent - 1).sends()) {
                sent--;
            }
            for (int task = 0; task < sent; task++) {
                recovery.add(code.functional(worker, task));
            }
        }
        return code.pieces(recovery).cardinality() >= needed;
    }

    /** Types (N_r, .., N_0) in the paper's order: the one with most tasks done by fewest workers first, N_r, then N_(r-1), descending. */
    public List<List<Integer>> types() {
        List<List<Integer>> types = new ArrayList<>(counts.keySet());
        Comparator<List<Integer>> order = Comparator.comparing(type -> -type.get(0));
        for (int place = 1; place <= load; place++) {
            int at = place;
            order = order.thenComparing(type -> -type.get(at));
        }
        types.sort(order);
        return types;
    }

    /** n(N): score vectors of a type that are enough. */
    public int count(List<Integer> type) {
        return counts.getOrDefault(type, 0);
    }

    /** P(T &lt;= t) when tasks are done by this law. */
    public double completed(ShiftedExponential law, double time) {
        double sum = 0;
        for (Map.Entry<List<Integer>, Integer> entry : counts.entrySet()) {
            double product = entry.getValue();
            for (int place = 0; place <= load && product > 0; place++) {
                double probability = law.exactly(load - place, load, time);
                for (int i = 0; i < entry.getKey().get(place); i++) {
                    product *= probability;
                }
            }
            sum += product;
        }
        return sum;
    }
}
