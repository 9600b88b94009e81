package starling.codes.threshold;

import java.util.ArrayList;
import java.util.List;
import starling.codes.computation.ComputationCode;
import starling.codes.computation.Partition;
import starling.codes.computation.Task;

/**
 * Polynomial codes for matrix products, all as one family (Yu, Maddah-Ali and Avestimehr, Straggler mitigation in distributed
 * matrix multiplication, IEEE Trans. Information Theory 66, 2020): A is cut into m x p blocks, B into p x n, and a worker with
 * the place z multiplies
 *
 * <pre>sum over i, k of A_ik z^(k + i p)   with   sum over k, j of B_kj z^(p - 1 - k + j p m).</pre>
 *
 * C_ij is the coefficient of z^(p - 1 + i p + j p m) of the product, a polynomial with p m n + p - 1 coefficients: so many answers
 * give everything. p = 1 is the polynomial code of 2017 (threshold m n), m = n = 1 the MatDot code (Dutta et al., On the optimal
 * recovery threshold of coded matrix multiplication, 2020; threshold 2 p - 1). Load 1 / (p m n) of the product each. Encoding 2
 * workers (|A| + |B|) operations, decoding 2 threshold |C|. The condition of Vandermonde matrices grows exponentially: twelve
 * blocks are well, thirty are refused.
 */
public final class PolynomialCode {
    private PolynomialCode() {}

    /** Answers that are enough. */
    public static int threshold(int inner, int rows, int columns) {
        return inner * rows * columns + inner - 1;
    }

    /**
     * The polynomial code: any rows * columns answers give the product.
     *
     * @throws IllegalArgumentException if there are fewer workers than the threshold
     */
    public static ComputationCode of(int rows, int columns, int workers) {
        return entangled(1, rows, columns, workers);
    }

    /**
     * The MatDot code: any 2 * inner - 1 answers, each as large as C, give the product.
     *
     * @throws IllegalArgumentException if there are fewer workers than the threshold
     */
    public static ComputationCode matDot(int inner, int workers) {
        return entangled(inner, 1, 1, workers);
    }

    /**
     * The entangled polynomial code (p, m, n) at Chebyshev nodes.
     *
     * @param inner p, parts of the inner dimension
     * @param rows m, parts of A's rows
     * @param columns n, parts of B's columns
     * @throws IllegalArgumentException if there are fewer workers than the threshold
     */
    public static ComputationCode entangled(int inner, int rows, int columns, int workers) {
        return at(inner, rows, columns, ChebyshevNodes.of(workers));
    }

    /**
     * The entangled polynomial code at places of the caller's choice, one for each worker.
     *
     * @throws IllegalArgumentException if there are fewer places than the threshold, two are the same or one is not finite
     */
    public static ComputationCode at(int inner, int rows, int columns, double[] places) {
        ChebyshevNodes.check(places);
        String name = inner == 1
                ? "polynomial-" + rows + "x" + columns
                : rows * columns == 1 ? "matdot-" + inner : "entangled-" + inner + "x" + rows + "x" + columns;
        enough(name, threshold(inner, rows, columns), places.length);
        Partition partition = new Partition(rows, inner, columns);
        List<List<Task>> tasks = new ArrayList<>();
        for (double place : places) {
            tasks.add(List.of(Task.of(left(partition, place), right(partition, place))));
        }
        return ComputationCode.ofBlocks(name, partition, tasks);
    }

    /** Coefficients of A's blocks at a place. */
    public static double[] left(Partition partition, double place) {
        double[] left = new double[partition.leftBlocks()];
        for (int i = 0; i < partition.rows(); i++) {
            for (int k = 0; k < partition.inner(); k++) {
                left[i * partition.inner() + k] = ChebyshevNodes.power(place, k + i * partition.inner());
            }
        }
        return left;
    }

    /** Coefficients of B's blocks at a place. */
    public static double[] right(Partition partition, double place) {
        int inner = partition.inner();
        double[] right = new double[partition.rightBlocks()];
        for (int k = 0; k < inner; k++) {
            for (int j = 0; j < partition.columns(); j++) {
                right[k * partition.columns() + j] =
                        ChebyshevNodes.power(place, inner - 1 - k + j * inner * partition.rows());
            }
        }
        return right;
    }

    static void enough(String code, int threshold, int workers) {
        if (workers < threshold) {
            throw new IllegalArgumentException(
                    "the " + code + " needs at least " + threshold + " workers: there are " + workers);
        }
    }
}
