package starling.codes.computation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

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

    private record Key(int worker, int task) {}

    private CodedFactor(
            ComputationCode code, boolean left, Matrix factor, Map<Key, List<Matrix>> inputs, long operations) {
        this.code = code;
        this.left = left;
        this.rows = factor.rows();
        this.columns = factor.columns();
        this.inputs = inputs;
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
        return of(code, true, a, Shares.checked(threads));
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
        return of(code, false, b, Shares.checked(threads));
    }

    private static CodedFactor of(ComputationCode code, boolean left, Matrix factor, int threads) {
        for (double value : factor.values()) {
            if (!Double.isFinite(value)) {
                throw new IllegalArgumentException(
                        "factors must be finite: the " + (left ? "left" : "right") + " one has " + value);
            }
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
        List<Matrix> combined = Combination.all(coefficients, blocks, threads);
        Map<Key, List<Matrix>> inputs = new HashMap<>();
        for (int i = 0; i < combined.size(); i++) {
            inputs.computeIfAbsent(keys.get(i), key -> new ArrayList<>()).add(combined.get(i));
        }
        return new CodedFactor(code, left, factor, inputs, operations);
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
