package starling.codes.threshold;

import java.util.ArrayList;
import java.util.List;
import starling.codes.computation.ComputationCode;
import starling.codes.computation.Partition;
import starling.codes.computation.Task;

/**
 * A maximum distance separable code of A's rows (Lee et al., Speeding up distributed machine learning using codes, IEEE Trans.
 * Information Theory 64, 2018): A is cut into k blocks of rows, worker w multiplies sum over i of g_wi A_i with all of B, and any k
 * answers give the product. The rows of the generator are the Chebyshev polynomials T_0 .. T_{k-1} at the workers' places, so any k of
 * them are independent and the matrix of all is orthogonal. Load 1/k of the product each; encoding 2 n times as many operations
 * as A has elements, decoding 2 k times as many as C has.
 */
public final class MdsCode {
    private MdsCode() {}

    /**
     * The code for k blocks and n workers.
     *
     * @throws IllegalArgumentException if there are fewer workers than the threshold k
     */
    public static ComputationCode of(int k, int workers) {
        PolynomialCode.enough("MDS code of " + k + " blocks", k, workers);
        Partition partition = Partition.rowsTimesColumns(k, 1);
        List<List<Task>> tasks = new ArrayList<>();
        for (double[] row : generator(k, workers)) {
            tasks.add(List.of(Task.of(row, new double[] {1})));
        }
        return ComputationCode.ofBlocks("mds-" + k, partition, tasks);
    }

    /** For every worker the coefficients of k blocks; any k rows are independent. */
    public static double[][] generator(int k, int workers) {
        double[] nodes = ChebyshevNodes.of(workers);
        double[][] rows = new double[workers][k];
        for (int worker = 0; worker < workers; worker++) {
            double before = 1;
            double now = nodes[worker];
            for (int i = 0; i < k; i++) {
                rows[worker][i] = before;
                double next = 2 * nodes[worker] * now - before;
                before = now;
                now = next;
            }
        }
        return rows;
    }
}
