package starling.codes.partial;

import java.util.ArrayList;
import java.util.List;
import starling.codes.computation.ComputationCode;
import starling.codes.computation.Partition;
import starling.codes.computation.Task;
import starling.codes.threshold.MdsCode;

/**
 * The codes for W theta that the paper compares (Ozfatura, Ulukus and Gunduz, Distributed gradient descent with coded partial
 * gradient computations, sections 2 to 4), each for K workers with r tasks of 1/K of the product (MCC: of 1 / (r ceil(K/r))).
 *
 * <ul>
 *   <li>MCC: MDS code, one message after all r tasks; any ceil(K/r) workers give all, fewer nothing.
 *   <li>UC-MMC: uncoded, worker j computes blocks j, j+1, .., j+r-1 in this order and sends each.
 *   <li>CPGC: block j first, then sums of two blocks from 2 (r-1) partitions into pairs; decoded by peeling, then by rank.
 * </ul>
 */
public final class PartialGradientCodes {
    private PartialGradientCodes() {}

    /**
     * MDS coded computation: blocks are dealt to r groups of ceil(M/r) and padded with zeros; task i combines group i with the
     * worker's coefficients, and the answers leave together when all are done. M = K.
     *
     * @throws IllegalArgumentException unless 1 &lt;= r &lt;= K
     */
    public static ComputationCode mcc(int workers, int load) {
        check(workers, load, workers);
        int groupSize = (workers + load - 1) / load;
        int blocks = groupSize * load;
        List<List<Task>> tasks = new ArrayList<>();
        for (double[] row : MdsCode.generator(groupSize, workers)) {
            List<Task> own = new ArrayList<>();
            for (int i = 0; i < load; i++) {
                double[] left = new double[blocks];
                for (int q = 0; q < groupSize; q++) {
                    left[i + load * q] = row[q];
                }
                own.add(new Task(Task.of(left, new double[] {1}).terms(), i == load - 1));
            }
            tasks.add(own);
        }
        return ComputationCode.ofBlocks("mcc", Partition.rowsTimesColumns(blocks, 1), tasks);
    }

    /**
     * Uncoded computation with several messages, shifted: A(i, j) = W_(j+i mod K).
     *
     * @throws IllegalArgumentException unless 1 &lt;= r &lt;= K
     */
    public static Schedule uncoded(int workers, int load) {
        check(workers, load, workers);
        int[][][] sums = new int[load][workers][];
        for (int i = 0; i < load; i++) {
            for (int j = 0; j < workers; j++) {
                sums[i][j] = new int[] {(j + i) % workers};
            }
        }
        return new Schedule("uc-mmc", workers, sums);
    }

    /**
     * Coded partial gradients: section 2's matrix for K = 4, r = 2, section 4.1's recipe for r = 3 where 4 divides K and K &gt;= 8,
     * else {@link #roundRobin}.
     *
     * @throws IllegalArgumentException unless K is even and 2 (r - 1) &lt;= K - 1
     */
    public static Schedule cpgc(int workers, int load) {
        if (workers == 4 && load == 2) {
            return example();
        }
        if (load == 3 && workers % 4 == 0 && workers >= 8) {
            return recipe(workers);
        }
        return roundRobin(workers, load);
    }

    /** A_c of section 2: K = 4, r = 2. */
    public static Schedule example() {
        return new Schedule("cpgc", 4, new int[][][] {{{0}, {1}, {2}, {3}}, {{2, 3}, {0, 2}, {1, 3}, {0, 1}}});
    }

    /**
     * Section 4.1: r = 3, with pairs v1 = (1,2), (3,4), ..; v2 = (1,3), (2,4), (5,7), (6,8), ..; v3 = (n, K-n+1); v4 = (n, K/2+n);
     * A(2, first half) = v1 shifted left by 1, A(2, second half) = v2 shifted left by 1, A(3, first half) = v3 shifted right by
     * 1, A(3, second half) = v4 shifted left by 2. For K = 20 worker 7 has W15 in two sums: that is how Figure 1 was made.
     *
     * @throws IllegalArgumentException unless 4 divides K and K &gt;= 8
     */
    public static Schedule recipe(int workers) {
        if (workers % 4 != 0 || workers < 8) {
            throw new IllegalArgumentException(
                    "the recipe needs a number of workers that 4 divides, at least 8: there are " + workers);
        }
        int half = workers / 2;
        int[][] first = new int[half][];
        int[][] second = new int[half][];
        int[][] third = new int[half][];
        int[][] fourth = new int[half][];
        for (int n = 0; n < half; n++) {
            first[n] = new int[] {2 * n, 2 * n + 1};
            int low = n / 2 * 4 + n % 2;
            second[n] = new int[] {low, low + 2};
            third[n] = new int[] {n, workers - 1 - n};
            fourth[n] = new int[] {n, half + n};
        }
        int[][][] sums = new int[3][workers][];
        for (int j = 0; j < half; j++) {
            sums[0][j] = new int[] {j};
            sums[0][half + j] = new int[] {half + j};
            sums[1][j] = first[(j + 1) % half];
            sums[1][half + j] = second[(j + 1) % half];
            sums[2][j] = third[(j + half - 1) % half];
            sums[2][half + j] = fourth[(j + 2) % half];
        }
        return new Schedule("cpgc", workers, sums);
    }

    /**
     * For any even K: pairs of 2 (r-1) rounds of a round-robin tournament (the circle method: player K-1 stays, the others turn),
     * two rounds for each row of the schedule. Within a row the pairs are given to workers so that a block appears at most once with
     * a worker, as far as that can be after the rows above (maximum matching).
     *
     * @throws IllegalArgumentException unless K is even and 2 (r - 1) &lt;= K - 1
     */
    public static Schedule roundRobin(int workers, int load) {
        if (workers < 2 || workers % 2 != 0) {
            throw new IllegalArgumentException("blocks are paired, so their number must be even: it is " + workers);
        }
        if (load < 1 || 2 * (load - 1) > workers - 1) {
            throw new IllegalArgumentException("there are " + (workers - 1) + " partitions of " + workers
                    + " blocks into pairs and 2 (r - 1) are needed: r is " + load);
        }
        int[][][] sums = new int[load][][];
        sums[0] = singles(workers);
        for (int row = 1; row < load; row++) {
            List<int[]> pairs = new ArrayList<>(tournament(workers, 2 * row - 2));
            pairs.addAll(tournament(workers, 2 * row - 1));
            sums[row] = PairAssignment.of(pairs, sums, row);
        }
        return new Schedule("cpgc", workers, sums);
    }

    private static int[][] singles(int workers) {
        int[][] singles = new int[workers][];
        for (int j = 0; j < workers; j++) {
            singles[j] = new int[] {j};
        }
        return singles;
    }

    private static List<int[]> tournament(int players, int round) {
        int others = players - 1;
        List<int[]> pairs = new ArrayList<>();
        pairs.add(new int[] {round % others, others});
        for (int distance = 1; distance < players / 2; distance++) {
            int a = (round + distance) % others;
            int b = (round - distance + others) % others;
            pairs.add(new int[] {Math.min(a, b), Math.max(a, b)});
        }
        return pairs;
    }

    private static void check(int workers, int load, int most) {
        if (workers < 1 || load < 1 || load > most) {
            throw new IllegalArgumentException(
                    "there must be from 1 to K tasks for each of K workers: r is " + load + ", K is " + workers);
        }
    }
}
