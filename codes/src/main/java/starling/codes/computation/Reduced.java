package starling.codes.computation;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.SingularValueDecomposition_F64;
import org.jspecify.annotations.Nullable;

/** What peeling leaves of a system of answers, decomposed once by singular values. */
final class Reduced {
    private static final double EPSILON = 0x1p-52;
    /** A part of a wanted combination below this does not count. */
    private static final double NOTHING = 1e-12;

    private final List<double[]> all;
    private final int[] rows;
    private final int[] columns;
    private final BitSet known;
    private final double limit;
    /** By row: what it was divided by, its length with the known unknowns. */
    private final double[] scales;
    /** Scaled rows restricted to the columns of open unknowns. */
    private final double[][] system;
    /** Singular values, largest first, and their vectors: left[k] over rows, right[k] over columns. */
    private double[] values = new double[0];

    private double[][] left = new double[0][];
    private double[][] right = new double[0][];

    private Reduced(List<double[]> all, int[] rows, int[] columns, BitSet known, double limit) {
        this.all = all;
        this.rows = rows;
        this.columns = columns;
        this.known = known;
        this.limit = limit;
        this.scales = new double[rows.length];
        this.system = new double[rows.length][columns.length];
    }

    /**
     * Weights over all answers and what they leave in known unknowns, to be subtracted: the wanted value is sum weights * answers +
     * sum rest * unknowns. Weights are null where the combination is not in the span within the limit.
     *
     * @param condition of the solution, or that for which it was refused
     */
    @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
    record Solution(double @Nullable [] weights, double[] rest, double condition) {}

    static Reduced of(List<double[]> all, List<Double> norms, BitSet known, int unknowns, double limit) {
        BitSet openColumns = new BitSet();
        int[] rows = new int[all.size()];
        int count = 0;
        for (int i = 0; i < all.size(); i++) {
            double[] row = all.get(i);
            boolean open = false;
            for (int d = 0; d < unknowns; d++) {
                if (row[d] != 0 && !known.get(d)) {
                    openColumns.set(d);
                    open = true;
                }
            }
            if (open) {
                rows[count++] = i;
            }
        }
        Reduced reduced = new Reduced(
                all, Arrays.copyOf(rows, count), openColumns.stream().toArray(), (BitSet) known.clone(), limit);
        reduced.decompose(norms);
        return reduced;
    }

    private void decompose(List<Double> norms) {
        if (rows.length == 0) {
            return;
        }
        DMatrixRMaj matrix = new DMatrixRMaj(rows.length, columns.length);
        for (int i = 0; i < rows.length; i++) {
            double[] row = all.get(rows[i]);
            for (int j = 0; j < columns.length; j++) {
                system[i][j] = row[columns[j]];
            }
            scales[i] = norms.get(rows[i]);
            for (int j = 0; j < columns.length; j++) {
                system[i][j] /= scales[i];
                matrix.set(i, j, system[i][j]);
            }
        }
        SingularValueDecomposition_F64<DMatrixRMaj> svd =
                DecompositionFactory_DDRM.svd(rows.length, columns.length, true, true, true);
        if (!svd.decompose(matrix)) {
            return;
        }
        double[] found = svd.getSingularValues();
        DMatrixRMaj u = svd.getU(null, true);
        DMatrixRMaj v = svd.getV(null, true);
        int number = svd.numberOfSingularValues();
        Integer[] order = new Integer[number];
        for (int k = 0; k < number; k++) {
            order[k] = k;
        }
        Arrays.sort(order, (a, b) -> Double.compare(found[b], found[a]));
        values = new double[number];
        left = new double[number][];
        right = new double[number][];
        for (int k = 0; k < number; k++) {
            values[k] = found[order[k]];
            left[k] = new double[rows.length];
            for (int i = 0; i < rows.length; i++) {
                left[k][i] = u.get(order[k], i);
            }
            right[k] = new double[columns.length];
            for (int j = 0; j < columns.length; j++) {
                right[k][j] = v.get(order[k], j);
            }
        }
    }

    /** The solution of least length for a wanted combination of all unknowns. */
    Solution solve(double[] wanted) {
        double[] target = new double[columns.length];
        double outside = 0;
        int next = 0;
        for (int d = 0; d < wanted.length; d++) {
            if (next < columns.length && columns[next] == d) {
                target[next++] = wanted[d];
            } else if (!known.get(d)) {
                outside = Math.max(outside, Math.abs(wanted[d]));
            }
        }
        double length = Span.norm(target);
        if (outside > 0 || length == 0 || values.length == 0) {
            return new Solution(null, wanted, Double.POSITIVE_INFINITY);
        }
        double[] x = new double[rows.length];
        double[] residual = target.clone();
        for (int pass = 0; pass < 3; pass++) {
            improve(x, residual);
            residual = residual(x, target);
        }
        double condition = Span.norm(x) / length;
        double allowed = 64 * EPSILON * (1 + condition) * Math.sqrt(rows.length);
        if (!(condition <= limit) || Span.norm(residual) > allowed * length) {
            return new Solution(null, wanted, Math.max(condition, needed(target, length)));
        }
        return solution(wanted, x, condition);
    }

    private void improve(double[] x, double[] residual) {
        for (int k = 0; k < values.length && values[k] * limit > values[0]; k++) {
            double part = product(right[k], residual) / values[k];
            for (int i = 0; i < x.length; i++) {
                x[i] += part * left[k][i];
            }
        }
    }

    private double[] residual(double[] x, double[] target) {
        double[] residual = target.clone();
        for (int i = 0; i < x.length; i++) {
            for (int j = 0; j < residual.length; j++) {
                residual[j] -= x[i] * system[i][j];
            }
        }
        return residual;
    }

    /** The condition that a solution with all singular values above rounding would have. */
    private double needed(double[] target, double length) {
        double sum = 0;
        for (int k = 0; k < values.length; k++) {
            double part = product(right[k], target) / length;
            if (Math.abs(part) > NOTHING) {
                if (values[k] <= NOTHING * values[0]) {
                    return Double.POSITIVE_INFINITY;
                }
                sum += part * part / (values[k] * values[k]);
            }
        }
        return Math.sqrt(sum);
    }

    private Solution solution(double[] wanted, double[] x, double condition) {
        double[] weights = new double[all.size()];
        double[] rest = new double[wanted.length];
        for (int d = 0; d < wanted.length; d++) {
            rest[d] = known.get(d) ? wanted[d] : 0;
        }
        double largest = 0;
        for (double part : x) {
            largest = Math.max(largest, Math.abs(part));
        }
        for (int i = 0; i < rows.length; i++) {
            if (Math.abs(x[i]) <= 4 * EPSILON * largest) {
                continue;
            }
            double weight = x[i] / scales[i];
            weights[rows[i]] = weight;
            double[] row = all.get(rows[i]);
            for (int d = known.nextSetBit(0); d >= 0; d = known.nextSetBit(d + 1)) {
                rest[d] -= weight * row[d];
            }
        }
        return new Solution(weights, rest, condition);
    }

    private static double product(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }
}
