package starling.codes.threshold;

import java.util.ArrayList;
import java.util.List;
import starling.codes.computation.ComputationCode;
import starling.codes.computation.Partition;
import starling.codes.computation.Task;

/**
 * No code: every product A_ik B_kj is computed as it is. Products are numbered as the blocks of C, row by row, those of a block
 * one after another.
 */
public final class UncodedCode {
    private UncodedCode() {}

    /**
     * Every product once, dealt evenly to the workers in stretches, the first workers one more where it does not divide.
     *
     * @throws IllegalArgumentException if there are more workers than products or none
     */
    public static ComputationCode of(Partition partition, int workers) {
        List<Task> products = products(partition);
        if (workers < 1 || workers > products.size()) {
            throw new IllegalArgumentException(
                    "uncoded products must be dealt to 1 to " + products.size() + " workers: there are " + workers);
        }
        List<List<Task>> tasks = new ArrayList<>();
        int from = 0;
        for (int worker = 0; worker < workers; worker++) {
            int count = products.size() / workers + (worker < products.size() % workers ? 1 : 0);
            tasks.add(products.subList(from, from + count));
            from += count;
        }
        return ComputationCode.ofProducts("uncoded", partition, tasks);
    }

    /**
     * Every product by as many workers as there are copies, one product each: worker w computes product w mod N of N. A product
     * is known when any of its copies is in.
     *
     * @throws IllegalArgumentException if there is no copy
     */
    public static ComputationCode repeated(Partition partition, int copies) {
        if (copies < 1) {
            throw new IllegalArgumentException("every product must have at least one copy: " + copies);
        }
        List<Task> products = products(partition);
        List<List<Task>> tasks = new ArrayList<>();
        for (int copy = 0; copy < copies; copy++) {
            products.forEach(product -> tasks.add(List.of(product)));
        }
        return ComputationCode.ofProducts("repetition-" + copies, partition, tasks);
    }

    private static List<Task> products(Partition partition) {
        List<Task> products = new ArrayList<>();
        for (int i = 0; i < partition.rows(); i++) {
            for (int j = 0; j < partition.columns(); j++) {
                for (int k = 0; k < partition.inner(); k++) {
                    double[] left = new double[partition.leftBlocks()];
                    double[] right = new double[partition.rightBlocks()];
                    left[i * partition.inner() + k] = 1;
                    right[k * partition.columns() + j] = 1;
                    products.add(Task.of(left, right));
                }
            }
        }
        return products;
    }
}
