package starling.repurpose.assign;

import java.util.Arrays;
import java.util.Objects;
import starling.models.UnfitException;

/**
 * The assignment algorithm the thesis names (section 6.3, Algorithm 3): a dense matrix of costs, every row of the shorter side
 * gets a column of its own, the sum is least. Implemented as it is done best on dense matrices: column reduction, two passes
 * of augmenting row reduction, then one shortest augmenting path per row that is still without a column (Jonker and
 * Volgenant, "A shortest augmenting path algorithm for dense and sparse linear assignment problems", Computing 38, 1987).
 *
 * <p>Cost: O(n^2 m) time for n rows and m &gt;= n columns, O(m) memory beside the matrix (and a transposed copy of it where
 * rows outnumber columns). All arithmetic is in doubles; ties and near-ties only cost time, since a path search always
 * settles at least one column per step.
 *
 * <p>As an {@link AssignmentSolver} it repeats worker k's row n_k times, as Algorithm 3 does, but by reference: the expanded
 * matrix of N rows takes the memory of P. It takes exact counts only, not ranges; pinned units are taken out first. For
 * anything but a comparison use {@link TransportationSolver}: the same optimum in a small fraction of the time.
 */
public final class Munkres implements AssignmentSolver {
    /** Solves problems with exact counts in O(N^3). */
    public Munkres() {}

    /**
     * Solves the rectangular assignment problem.
     *
     * @param cost finite numbers, rows of equal length; not changed
     * @throws UnfitException if rows differ in length or a cost is infinite, NaN or beyond
     *     {@link AssignmentProblem#LARGEST_COST}
     */
    public static Matching match(double[][] cost) {
        checkMatrix(cost);
        int rows = cost.length;
        int columns = rows == 0 ? 0 : cost[0].length;
        if (rows <= columns) {
            DenseMatching solved = new DenseMatching(cost, columns);
            return new Matching(cost, solved.columnOfRow(), solved.columnPrices());
        }
        DenseMatching solved = new DenseMatching(transposed(cost, columns), rows);
        int[] columnOfRow = new int[rows];
        Arrays.fill(columnOfRow, -1);
        int[] rowOfColumn = solved.columnOfRow();
        for (int j = 0; j < columns; j++) {
            columnOfRow[rowOfColumn[j]] = j;
        }
        double[] rowPrices = solved.columnPrices();
        double[] columnPrices = new double[columns];
        for (int j = 0; j < columns; j++) {
            columnPrices[j] = cost[rowOfColumn[j]][j] - rowPrices[rowOfColumn[j]];
        }
        return new Matching(cost, columnOfRow, columnPrices, rowPrices);
    }

    /**
     * {@inheritDoc}
     *
     * @throws UnfitException if a worker's count is a range
     */
    @Override
    public Assignment solve(AssignmentProblem problem) {
        for (int k = 0; k < problem.workers(); k++) {
            if (problem.least(k) != problem.most(k)) {
                throw new UnfitException("Munkres takes exact capacities only: worker " + k + " has the range "
                        + problem.least(k) + " to " + problem.most(k));
            }
        }
        int[] free = problem.freeUnits();
        double[][] reduced = reducedCosts(problem, free);
        int[] counts = problem.freeCapacities()[1];
        double[][] repeated = new double[free.length][];
        int[] workerOfRow = new int[free.length];
        int row = 0;
        for (int k = 0; k < counts.length; k++) {
            Arrays.fill(repeated, row, row + counts[k], reduced[k]);
            Arrays.fill(workerOfRow, row, row + counts[k], k);
            row += counts[k];
        }
        DenseMatching solved = new DenseMatching(repeated, free.length);
        int[] columnOfRow = solved.columnOfRow();
        int[] owner = problem.pins();
        for (int i = 0; i < free.length; i++) {
            owner[free[columnOfRow[i]]] = workerOfRow[i];
        }
        return new Assignment(problem, owner, workerPrices(reduced, solved.columnPrices()));
    }

    /** Costs of the free units less each one's smallest, so that rounding is relative to what a choice can change. */
    private static double[][] reducedCosts(AssignmentProblem problem, int[] free) {
        double[][] reduced = new double[problem.workers()][free.length];
        for (int i = 0; i < free.length; i++) {
            double low = Double.POSITIVE_INFINITY;
            for (int k = 0; k < reduced.length; k++) {
                low = Math.min(low, problem.cost(k, free[i]));
            }
            for (int k = 0; k < reduced.length; k++) {
                reduced[k][i] = problem.cost(k, free[i]) - low;
            }
        }
        return reduced;
    }

    /** u[k] = min over n of (c[k][n] - v[n]), which is also what every copy of the row of worker k has. */
    private static double[] workerPrices(double[][] cost, double[] v) {
        double[] u = new double[cost.length];
        for (int k = 0; k < u.length && v.length > 0; k++) {
            u[k] = smallestReduced(cost[k], v);
        }
        return u;
    }

    private static double smallestReduced(double[] row, double[] v) {
        double low = Double.POSITIVE_INFINITY;
        for (int j = 0; j < v.length; j++) {
            low = Math.min(low, row[j] - v[j]);
        }
        return low;
    }

    private static double[][] transposed(double[][] cost, int columns) {
        double[][] turned = new double[columns][cost.length];
        for (int i = 0; i < cost.length; i++) {
            for (int j = 0; j < columns; j++) {
                turned[j][i] = cost[i][j];
            }
        }
        return turned;
    }

    private static void checkMatrix(double[][] cost) {
        for (int i = 0; i < cost.length; i++) {
            if (cost[i].length != cost[0].length) {
                throw new UnfitException("all rows of a cost matrix must be equally long: row " + i + " has "
                        + cost[i].length + " columns, row 0 has " + cost[0].length);
            }
            for (int j = 0; j < cost[i].length; j++) {
                if (!(Math.abs(cost[i][j]) <= AssignmentProblem.LARGEST_COST)) {
                    AssignmentProblem.checkCost(cost[i][j], "row " + i + " column " + j);
                }
            }
        }
    }

    /**
     * A solved matrix, with prices u of rows and v of columns. They satisfy u[i] + v[j] &lt;= c[i][j] with equality on matched
     * pairs, and where one side is longer, its prices are at most zero and zero on what is left over: together the proof that
     * nothing is cheaper.
     */
    public static final class Matching {
        private static final double ROUNDING = 1e-12;

        private final double[][] cost;
        private final int[] columnOfRow;
        private final double[] rowPrices;
        private final double[] columnPrices;
        private final double sum;

        private Matching(double[][] cost, int[] columnOfRow, double[] columnPrices) {
            this(cost, columnOfRow, columnPrices, workerPrices(cost, columnPrices));
        }

        /** States any matching with any prices, for checking. */
        Matching(double[][] cost, int[] columnOfRow, double[] columnPrices, double[] rowPrices) {
            this.cost = cost;
            this.columnOfRow = columnOfRow;
            this.columnPrices = columnPrices;
            this.rowPrices = rowPrices;
            double total = 0;
            for (int i = 0; i < columnOfRow.length; i++) {
                if (columnOfRow[i] >= 0) {
                    total += cost[i][Objects.checkIndex(columnOfRow[i], columnPrices.length)];
                }
            }
            this.sum = total;
        }

        /** The column of this row, -1 if rows outnumber columns and this one is left over. */
        public int column(int row) {
            return columnOfRow[row];
        }

        /** Per row its column or -1; a copy. */
        public int[] columns() {
            return columnOfRow.clone();
        }

        /** The sum of the matched costs. */
        public double cost() {
            return sum;
        }

        /** u; a copy. */
        public double[] rowPrices() {
            return rowPrices.clone();
        }

        /** v; a copy. */
        public double[] columnPrices() {
            return columnPrices.clone();
        }

        /**
         * How much cheaper another matching could be at most: the cost less the bound that the prices of the longer side
         * prove on their own, O(nm).
         */
        public double optimalityGap() {
            int rows = rowPrices.length;
            int columns = columnPrices.length;
            boolean wide = rows <= columns;
            double[] longer = wide ? columnPrices : rowPrices;
            double bound = 0;
            for (double price : longer) {
                bound += rows == columns ? price : Math.min(price, 0);
            }
            for (int a = 0; a < Math.min(rows, columns); a++) {
                double low = Double.POSITIVE_INFINITY;
                for (int b = 0; b < longer.length; b++) {
                    low = Math.min(low, (wide ? cost[a][b] : cost[b][a]) - longer[b]);
                }
                bound += low;
            }
            return sum - bound;
        }

        /**
         * Whether the prices prove that nothing is cheaper: a gap of at most {@code 1e-12 * (rows + columns) * max |cost|}.
         */
        public boolean isOptimal() {
            double largest = 0;
            for (double[] row : cost) {
                for (double c : row) {
                    largest = Math.max(largest, Math.abs(c));
                }
            }
            return optimalityGap() <= ROUNDING * (rowPrices.length + columnPrices.length) * largest;
        }
    }
}
