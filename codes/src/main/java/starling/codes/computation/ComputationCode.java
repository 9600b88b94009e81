package starling.codes.computation;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * A computation code for C = A B: what every worker computes, in the order in which it computes it, and the pieces of C that
 * are wanted. Everything that can be known of the result follows by linear algebra from the coefficients, so that one decoder
 * serves all codes. Pieces of a block of C add up to it.
 *
 * @param name short, for reports
 * @param partition how the factors are cut
 * @param workers for every worker its tasks in the order of execution
 * @param pieces what is wanted
 * @param conditionLimit the largest condition number with which a piece is decoded, above 1; see {@link Recovery}
 */
public record ComputationCode(
        String name, Partition partition, List<List<Task>> workers, List<Piece> pieces, double conditionLimit) {
    /** With double precision, pieces decoded up to here are right to about 1e-8 of the largest answer. */
    public static final double USUAL_CONDITION_LIMIT = 1e8;

    /**
     * @throws IllegalArgumentException if there is no worker, a worker without a task, coefficients that do not fit the
     *     partition, no piece, pieces of a block of C that do not add up to it, or a limit that is not above 1
     */
    public ComputationCode {
        workers = workers.stream().map(List::copyOf).toList();
        pieces = List.copyOf(pieces);
        if (workers.isEmpty()) {
            throw new IllegalArgumentException("a code must have at least one worker: it has none");
        }
        for (int worker = 0; worker < workers.size(); worker++) {
            List<Task> tasks = workers.get(worker);
            if (tasks.isEmpty() || !tasks.get(tasks.size() - 1).sends()) {
                throw new IllegalArgumentException(
                        "every worker must have a task and send after its last one: worker " + worker + " does not");
            }
            for (Task task : tasks) {
                for (Term term : task.terms()) {
                    fits("left", term.left().length, partition.leftBlocks());
                    fits("right", term.right().length, partition.rightBlocks());
                }
            }
        }
        if (!(conditionLimit > 1)) {
            throw new IllegalArgumentException("the limit of the condition must be above 1: it is " + conditionLimit);
        }
        addUp(partition, pieces);
    }

    /** A code whose pieces are the blocks of C. */
    public static ComputationCode ofBlocks(String name, Partition partition, List<List<Task>> workers) {
        return new ComputationCode(name, partition, workers, blocks(partition), USUAL_CONDITION_LIMIT);
    }

    /** A code whose pieces are the single products A_ik B_kj, which add up to the blocks of C. */
    public static ComputationCode ofProducts(String name, Partition partition, List<List<Task>> workers) {
        List<Piece> pieces = new ArrayList<>();
        for (int i = 0; i < partition.rows(); i++) {
            for (int j = 0; j < partition.columns(); j++) {
                for (int k = 0; k < partition.inner(); k++) {
                    pieces.add(new Piece(i, j, partition.single(i, k, j)));
                }
            }
        }
        return new ComputationCode(name, partition, workers, pieces, USUAL_CONDITION_LIMIT);
    }

    /** The same with another limit of the condition. */
    public ComputationCode withConditionLimit(double limit) {
        return new ComputationCode(name, partition, workers, pieces, limit);
    }

    private static List<Piece> blocks(Partition partition) {
        List<Piece> pieces = new ArrayList<>();
        for (int i = 0; i < partition.rows(); i++) {
            for (int j = 0; j < partition.columns(); j++) {
                pieces.add(new Piece(i, j, partition.blockOfResult(i, j)));
            }
        }
        return pieces;
    }

    private static void fits(String side, int length, int blocks) {
        if (length != blocks) {
            throw new IllegalArgumentException("a task must have one coefficient for each of the " + blocks
                    + " blocks of the " + side + " factor: it has " + length);
        }
    }

    private static void addUp(Partition partition, List<Piece> pieces) {
        for (int i = 0; i < partition.rows(); i++) {
            for (int j = 0; j < partition.columns(); j++) {
                double[] rest = partition.blockOfResult(i, j);
                for (Piece piece : pieces) {
                    if (piece.row() == i && piece.column() == j) {
                        for (int d = 0; d < rest.length; d++) {
                            rest[d] -= piece.functional()[d];
                        }
                    }
                }
                for (double left : rest) {
                    if (left != 0) {
                        throw new IllegalArgumentException(
                                "pieces must add up to the blocks of the result: those of block " + i + ", " + j
                                        + " do not");
                    }
                }
            }
        }
    }

    /** Everything that can be wanted: the pieces, and then the blocks of C that are sums of several. */
    private List<double[]> wanted() {
        List<double[]> wanted = new ArrayList<>();
        pieces.forEach(piece -> wanted.add(piece.functional()));
        for (int block = 0; block < partition.rows() * partition.columns(); block++) {
            if (whole(block) >= pieces.size()) {
                wanted.add(partition.blockOfResult(block / partition.columns(), block % partition.columns()));
            }
        }
        return wanted;
    }

    /** The number among all wanted combinations of a block of C, counted row by row: its only piece, or one after the pieces. */
    int whole(int block) {
        int after = pieces.size();
        for (int b = 0; b < block; b++) {
            after += parts(b).size() == 1 ? 0 : 1;
        }
        List<Integer> parts = parts(block);
        return parts.size() == 1 ? parts.get(0) : after;
    }

    /** The pieces of a block of C, counted row by row. */
    List<Integer> parts(int block) {
        List<Integer> parts = new ArrayList<>();
        for (int piece = 0; piece < pieces.size(); piece++) {
            if (pieces.get(piece).row() * partition.columns()
                            + pieces.get(piece).column()
                    == block) {
                parts.add(piece);
            }
        }
        return parts;
    }

    /** Whether all of C is known. */
    public boolean complete(Recovery recovery) {
        for (int block = 0; block < partition.rows() * partition.columns(); block++) {
            if (!recovery.isRecovered(whole(block))) {
                return false;
            }
        }
        return true;
    }

    /** Which pieces are known. */
    public BitSet pieces(Recovery recovery) {
        return recovery.recovered().get(0, pieces.size());
    }

    /**
     * An empty state of knowledge, to which answers can be added by their coefficients alone. Its wanted combinations are the
     * pieces, by number, and after them blocks of C that are sums of several.
     */
    public Recovery recovery() {
        return new Recovery(partition.products(), wanted(), conditionLimit);
    }

    /** The coefficients of the answer to one task over all products of blocks. */
    public double[] functional(int worker, int task) {
        return workers.get(worker).get(task).functional(partition);
    }

    /**
     * The coded inputs of one task alone, encoded now; where most tasks are computed, {@link CodedFactor} encodes all in one pass.
     *
     * @param a the left factor
     * @param b the right factor
     */
    public Inputs inputs(int worker, int task, Matrix a, Matrix b) {
        List<Term> terms = workers.get(worker).get(task).terms();
        return new Inputs(
                Combination.all(terms.stream().map(Term::left).toList(), partition.leftParts(a), 1),
                Combination.all(terms.stream().map(Term::right).toList(), partition.rightParts(b), 1));
    }

    /** Which pieces are known once all workers have answered everything: all of them in a code that is of use. */
    public BitSet recoveredByAll() {
        Recovery recovery = recovery();
        for (int worker = 0; worker < workers.size(); worker++) {
            for (int task = 0; task < workers.get(worker).size(); task++) {
                recovery.add(functional(worker, task));
            }
        }
        return pieces(recovery);
    }

    /** Block products of all tasks of a worker. */
    public int load(int worker) {
        return workers.get(worker).stream()
                .mapToInt(task -> task.terms().size())
                .sum();
    }
}
