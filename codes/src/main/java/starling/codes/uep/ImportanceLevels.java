package starling.codes.uep;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import starling.codes.computation.Matrix;
import starling.codes.computation.Partition;

/**
 * Which class each product of blocks belongs to (section IV-A): products are sorted by the product of their factors' squared
 * norms, or variances where only those are known, and the first k_1 make class 1, the next k_2 class 2 and so on. Products of a
 * partition into rows times columns are numbered as the blocks of C, those of columns times rows by k.
 *
 * @param classes class of every product, from 0 for the most important
 * @param energies sum over each class of the products of squared norms
 */
@SuppressWarnings("ArrayRecordComponent") // handed over, never compared
public record ImportanceLevels(int[] classes, double[] energies) {

    /**
     * Levels from what is known of the blocks.
     *
     * @param left squared norms or variances of A's blocks
     * @param right squared norms or variances of B's blocks
     * @param sizes of the classes, with the number of products as their sum
     * @throws IllegalArgumentException if the partition is of neither form or numbers do not fit
     */
    public static ImportanceLevels of(Partition partition, double[] left, double[] right, int... sizes) {
        int count = count(partition);
        if (left.length != partition.leftBlocks() || right.length != partition.rightBlocks()) {
            throw new IllegalArgumentException("there must be a norm for each of the " + partition.leftBlocks()
                    + " and " + partition.rightBlocks() + " blocks: there are " + left.length + " and " + right.length);
        }
        if (Arrays.stream(sizes).sum() != count) {
            throw new IllegalArgumentException("classes must hold all " + count + " products: they hold "
                    + Arrays.stream(sizes).sum());
        }
        double[] weights = new double[count];
        Integer[] order = new Integer[count];
        for (int product = 0; product < count; product++) {
            int columns = partition.columns();
            weights[product] = partition.inner() == 1
                    ? left[product / columns] * right[product % columns]
                    : left[product] * right[product];
            order[product] = product;
        }
        Arrays.sort(order, Comparator.comparingDouble((Integer product) -> -weights[product]));
        int[] classes = new int[count];
        double[] energies = new double[sizes.length];
        int next = 0;
        for (int l = 0; l < sizes.length; l++) {
            for (int i = 0; i < sizes[l]; i++) {
                int product = order[next++];
                classes[product] = l;
                energies[l] += weights[product];
            }
        }
        return new ImportanceLevels(classes, energies);
    }

    /** Levels from the norms of the blocks themselves. */
    public static ImportanceLevels of(Partition partition, Matrix a, Matrix b, int... sizes) {
        return of(partition, norms(partition.cutLeft(a)), norms(partition.cutRight(b)), sizes);
    }

    private static double[] norms(List<Matrix> blocks) {
        return blocks.stream().mapToDouble(Matrix::squaredNorm).toArray();
    }

    /** Products that C is made of. */
    static int count(Partition partition) {
        if (partition.inner() == 1) {
            return partition.rows() * partition.columns();
        }
        if (partition.rows() == 1 && partition.columns() == 1) {
            return partition.inner();
        }
        throw new IllegalArgumentException(
                "importance levels are for rows times columns or columns times rows: parts are " + partition);
    }
}
