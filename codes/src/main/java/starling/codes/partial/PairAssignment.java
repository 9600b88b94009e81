package starling.codes.partial;

import java.util.Arrays;
import java.util.List;

/** Gives every worker one of as many pairs so that as many workers as possible have none of the pair's blocks yet. */
final class PairAssignment {
    private final List<int[]> pairs;
    private final int[][][] sums;
    private final int row;
    /** By pair: its worker, or -1. */
    private final int[] holder;

    private PairAssignment(List<int[]> pairs, int[][][] sums, int row) {
        this.pairs = pairs;
        this.sums = sums;
        this.row = row;
        this.holder = new int[pairs.size()];
        Arrays.fill(holder, -1);
    }

    /** The pairs in the order of workers; rows before the given one say what workers have. */
    static int[][] of(List<int[]> pairs, int[][][] sums, int row) {
        PairAssignment assignment = new PairAssignment(pairs, sums, row);
        int workers = pairs.size();
        boolean[] served = new boolean[workers];
        for (int worker = 0; worker < workers; worker++) {
            served[worker] = assignment.serve(worker, new boolean[workers]);
        }
        int[][] given = new int[workers][];
        for (int pair = 0; pair < workers; pair++) {
            int worker = assignment.holder[pair];
            if (worker < 0) {
                worker = 0;
                while (served[worker]) {
                    worker++;
                }
                served[worker] = true;
            }
            given[worker] = pairs.get(pair);
        }
        return given;
    }

    private boolean serve(int worker, boolean[] tried) {
        for (int pair = 0; pair < holder.length; pair++) {
            if (!tried[pair] && fits(worker, pairs.get(pair))) {
                tried[pair] = true;
                if (holder[pair] < 0 || serve(holder[pair], tried)) {
                    holder[pair] = worker;
                    return true;
                }
            }
        }
        return false;
    }

    private boolean fits(int worker, int[] pair) {
        for (int above = 0; above < row; above++) {
            for (int block : sums[above][worker]) {
                if (block == pair[0] || block == pair[1]) {
                    return false;
                }
            }
        }
        return true;
    }
}
