package starling.codes.partial;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import starling.codes.computation.ComputationCode;
import starling.codes.computation.Partition;
import starling.codes.computation.Task;

/**
 * A computation scheduling matrix A (section 2 of the paper): A(i, j), the i-th task of worker j, is a sum of blocks of rows of
 * W, multiplied with theta. Every answer is sent as soon as it is done. Immutable.
 */
public final class Schedule {
    private final String name;
    private final int blocks;
    private final int[][][] sums;

    /**
     * A schedule as it is written.
     *
     * @param name short, for reports
     * @param blocks number M of blocks of W
     * @param sums for every row i and worker j the blocks to be added, counted from 0
     * @throws IllegalArgumentException if rows differ in length, a sum is empty, or names a block that there is not or twice
     */
    public Schedule(String name, int blocks, int[][][] sums) {
        if (sums.length == 0 || sums[0].length == 0) {
            throw new IllegalArgumentException("a schedule must have at least one task and one worker: it has none");
        }
        for (int[][] row : sums) {
            if (row.length != sums[0].length) {
                throw new IllegalArgumentException("every row of a schedule must have a task for each of "
                        + sums[0].length + " workers: one has " + row.length);
            }
            for (int[] sum : row) {
                if (sum.length == 0
                        || Arrays.stream(sum).distinct().count() != sum.length
                        || Arrays.stream(sum).anyMatch(block -> block < 0 || block >= blocks)) {
                    throw new IllegalArgumentException("a task must be a sum of different blocks from 0 to "
                            + (blocks - 1) + ": one is of " + Arrays.toString(sum));
                }
            }
        }
        this.name = name;
        this.blocks = blocks;
        this.sums = sums;
    }

    /** Number K of workers. */
    public int workers() {
        return sums[0].length;
    }

    /** Number r of tasks of each worker. */
    public int load() {
        return sums.length;
    }

    /** Number M of blocks. */
    public int blocks() {
        return blocks;
    }

    /** The blocks that are added for a task, counted from 0. */
    public int[] sum(int task, int worker) {
        return sums[task][worker].clone();
    }

    /** The schedule as a code of a matrix and a vector. */
    public ComputationCode code() {
        List<List<Task>> workers = new ArrayList<>();
        for (int worker = 0; worker < workers(); worker++) {
            List<Task> tasks = new ArrayList<>();
            for (int task = 0; task < load(); task++) {
                double[] left = new double[blocks];
                for (int block : sums[task][worker]) {
                    left[block] = 1;
                }
                tasks.add(Task.of(left, new double[] {1}));
            }
            workers.add(tasks);
        }
        return ComputationCode.ofBlocks(name, Partition.rowsTimesColumns(blocks, 1), workers);
    }
}
