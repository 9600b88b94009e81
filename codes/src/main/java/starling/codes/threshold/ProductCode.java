package starling.codes.threshold;

import java.util.ArrayList;
import java.util.List;
import starling.codes.computation.ComputationCode;
import starling.codes.computation.Partition;
import starling.codes.computation.Task;

/**
 * A product of two MDS codes (Lee, Suh and Ramchandran, High-dimensional coded matrix multiplication, ISIT 2017): A's rows are
 * coded k1 to n1, B's columns k2 to n2, and worker (i, j), number i n2 + j, multiplies coded row block i with coded column block
 * j. An MDS code in each row and column of the grid of answers can be decoded in turn; our decoder takes the rank of all answers,
 * which gives at least as much. Load 1 / (k1 k2) each; between k1 k2 and n1 n2 - (n1 - k1 + 1) (n2 - k2 + 1) + 1 answers are
 * needed, depending on which.
 */
public final class ProductCode {
    private ProductCode() {}

    /**
     * The code for n1 * n2 workers.
     *
     * @throws IllegalArgumentException if a side has fewer coded blocks than blocks
     */
    public static ComputationCode of(int rows, int codedRows, int columns, int codedColumns) {
        PolynomialCode.enough("product code's side of " + rows + " row blocks", rows, codedRows);
        PolynomialCode.enough("product code's side of " + columns + " column blocks", columns, codedColumns);
        List<List<Task>> tasks = new ArrayList<>();
        for (double[] left : MdsCode.generator(rows, codedRows)) {
            for (double[] right : MdsCode.generator(columns, codedColumns)) {
                tasks.add(List.of(Task.of(left, right)));
            }
        }
        return ComputationCode.ofBlocks(
                "product-" + rows + "x" + columns, Partition.rowsTimesColumns(rows, columns), tasks);
    }

    /** So many answers are always enough. */
    public static int threshold(int rows, int codedRows, int columns, int codedColumns) {
        return codedRows * codedColumns - (codedRows - rows + 1) * (codedColumns - columns + 1) + 1;
    }
}
