package starling.codes.threshold;

import java.util.ArrayList;
import java.util.List;
import starling.codes.computation.ComputationCode;
import starling.codes.computation.Partition;
import starling.codes.computation.Task;
import starling.codes.random.RandomStream;

/**
 * A code of rows times columns whose first workers compute the blocks of C as they are: worker w below x y has A_i B_j with w = i y + j, every
 * other one (sum over i of a_i A_i) (sum over j of b_j B_j). Any x y answers give the product, as with the polynomial code, at the same load and
 * threshold; but only the n - x y last workers have anything to encode, and of C only what the first ones did not bring has to be decoded.
 *
 * <p>Missing s blocks follow from s coded answers if the s x s matrix of a_i b_j is regular. As functions of a and b its entries are s different
 * monomials, which are linearly independent, so that it is regular but for a set of measure zero. The coefficients are between 1/2 and 1 in size with
 * random signs, the same ones always; how well conditioned they are is tested for every pattern of small codes.
 *
 * <p>Encoding takes 2 x (n - x y) operations for every x numbers of A, and 2 y (n - x y) for every y of B; decoding 2 x y for each number of a missing
 * block.
 */
public final class SystematicCode {
    /** Of the first hundred seeds one whose worst condition is small for all small codes: 5 703 for 3 x 3 blocks and 15 workers. */
    private static final long COEFFICIENTS = 72;

    private SystematicCode() {}

    /**
     * The code for x times y blocks and n workers.
     *
     * @throws IllegalArgumentException if there are fewer workers than the threshold x y
     */
    public static ComputationCode of(int rows, int columns, int workers) {
        return of(rows, columns, workers, COEFFICIENTS);
    }

    static ComputationCode of(int rows, int columns, int workers, long seed) {
        PolynomialCode.enough("systematic code of " + rows + " x " + columns + " blocks", rows * columns, workers);
        Partition partition = Partition.rowsTimesColumns(rows, columns);
        List<List<Task>> tasks = new ArrayList<>();
        for (int worker = 0; worker < workers; worker++) {
            double[] left = new double[rows];
            double[] right = new double[columns];
            if (worker < rows * columns) {
                left[worker / columns] = 1;
                right[worker % columns] = 1;
            } else {
                RandomStream stream = new RandomStream(seed).branch(worker - (long) rows * columns);
                fill(left, stream.branch(0));
                fill(right, stream.branch(1));
            }
            tasks.add(List.of(Task.of(left, right)));
        }
        return ComputationCode.ofBlocks("systematic-" + rows + "x" + columns, partition, tasks);
    }

    private static void fill(double[] coefficients, RandomStream stream) {
        for (int i = 0; i < coefficients.length; i++) {
            double size = (1 + stream.uniform(2L * i)) / 2;
            coefficients[i] = stream.uniform(2L * i + 1) < 0.5 ? -size : size;
        }
    }
}
