package starling.codes.computation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One factor of a product, cut and combined for all tasks of a code. Made once for a factor that stays, as W in W theta: only
 * the other factor then has to be encoded for each product. Blocks that a task takes uncoded are shared, not copied.
 */
public final class CodedFactor {
    private final ComputationCode code;
    private final boolean left;
    private final int rows;
    private final int columns;
    private final Map<Key, List<Matrix>> inputs;
    private final long operations;
    private final List<Matrix> combined;

    private record Key(int worker, int task) {}

    private CodedFactor(
            ComputationCode code, boolean left, Matrix factor, List<Key> keys, List<Matrix> combined, long operations) {
        this.code = code;
        this.left = left;
        this.rows = factor.rows();
        this.columns = factor.columns();
        this.inputs = new HashMap<>();
        for (int i = 0; i < combined.size(); i++) {
            inputs.computeIfAbsent(keys.get(i), key -> new ArrayList<>()).add(combined.get(i));
        }
        this.combined = combined;
        this.operations = operations;
    }

    /**
     * A, coded for all tasks.
     *
     * @throws IllegalArgumentException if an element is NaN or infinite
     */
    public static CodedFactor left(ComputationCode code, Matrix a) {
        return left(code, a, 1);
    }

    /**
     * A, coded for all tasks on at most so many threads.
     *
     * @throws IllegalArgumentException if an element is NaN or infinite, or there is no thread
     */
    public static CodedFactor left(ComputationCode code, Matrix a, int threads) {
        return of(code, true, a, Shares.checked(threads), null);
    }

    /**
     * B, coded for all tasks.
     *
     * @throws IllegalArgumentException if an element is NaN or infinite
     */
    public static CodedFactor right(ComputationCode code, Matrix b) {
        return right(code, b, 1);
    }

    /**
     * B, coded for all tasks on at most so many threads.
     *
     * @throws IllegalArgumentException if an element is NaN or infinite, or there is no thread
     */
    public static CodedFactor right(ComputationCode code, Matrix b, int threads) {
        return of(code, false, b, Shares.checked(threads), null);
    }

    /**
     * Another matrix of the same shape, coded in the memory of this one, which must not be used any more: in a row of products
     * nothing is allocated and cleared for each.
     *
     * @throws IllegalArgumentException if the shape differs, an element is NaN or infinite, or there is no thread
     */
    public CodedFactor again(Matrix factor, int threads) {
        if (factor.rows() != rows || factor.columns() != columns) {
            throw new IllegalArgumentException(
                    "a factor in place of " + rows + " x " + columns + " must have that shape: it has " + factor);
        }
        return of(code, left, factor, Shares.checked(threads), combined);
    }

    private static CodedFactor of(
            ComputationCode code, boolean left, Matrix factor, int threads, @Nullable List<Matrix> room) {
        if (!Finite.all(factor.values(), threads)) {
            throw new IllegalArgumentException("factors must be finite: the " + (left ? "left" : "right") + " one has "
                    + Finite.odd(factor.values()));
        }
        Partition partition = code.partition();
        List<Block> blocks = left ? partition.leftParts(factor) : partition.rightParts(factor);
        List<double[]> coefficients = new ArrayList<>();
        List<Key> keys = new ArrayList<>();
        long operations = 0;
        for (int worker = 0; worker < code.workers().size(); worker++) {
            List<Task> tasks = code.workers().get(worker);
            for (int task = 0; task < tasks.size(); task++) {
                for (Term term : tasks.get(task).terms()) {
                    double[] these = left ? term.left() : term.right();
                    coefficients.add(these);
                    keys.add(new Key(worker, task));
                    operations += Combination.operations(these)
                            * blocks.get(0).rows()
                            * blocks.get(0).columns();
                }
            }
        }
        List<Matrix> combined = Combination.all(coefficients, blocks, threads, room);
        return new CodedFactor(code, left, factor, keys, combined, operations);
    }

    /** What a task multiplies from this side, one matrix for each of its products. */
    public List<Matrix> input(int worker, int task) {
        List<Matrix> found = inputs.get(new Key(worker, task));
        if (found == null) {
            throw new IllegalArgumentException("there is no task " + task + " of worker " + worker);
        }
        return List.copyOf(found);
    }

    /** Multiplications and additions that the encoding took. */
    public long operations() {
        return operations;
    }

    /** The code. */
    public ComputationCode code() {
        return code;
    }

    /** Whether it is A, not B. */
    public boolean isLeft() {
        return left;
    }

    int rows() {
        return rows;
    }

    int columns() {
        return columns;
    }

    @Override
    public String toString() {
        return (left ? "left" : "right") + " factor of " + rows + " x " + columns + " for "
                + Objects.toString(code.name());
    }
}
