package starling.codes.uep;

import java.util.Arrays;
import java.util.Comparator;
import starling.codes.computation.Matrix;
import starling.codes.computation.Partition;

/**
 * Puts rows and columns with large norms together, so that blocks differ as much as they can (section VII-C): rows of A and columns
 * of B by their norms for rows times columns, the inner index by the product of the norms of A's column and B's row for columns
 * times rows. The product of the ordered factors is the ordered product; {@link #restore} puts it back. {@link #spread} leaves
 * gaps of zeros, so that a partition that does not divide cuts parts of equal size up to one, the first ones larger. O(n log n) for n
 * rows or columns beside one pass over the factors.
 */
public final class NormOrder {
    private static final int GAP = -1;

    private final int[] rows;
    private final int[] inner;
    private final int[] columns;

    private NormOrder(int[] rows, int[] inner, int[] columns) {
        this.rows = rows;
        this.inner = inner;
        this.columns = columns;
    }

    /** Rows of A and columns of B from the largest norm to the smallest. */
    public static NormOrder rowsTimesColumns(Matrix a, Matrix b) {
        return new NormOrder(sorted(rowNorms(a)), same(a.columns()), sorted(columnNorms(b)));
    }

    /** Columns of A and rows of B from the largest product of norms to the smallest. */
    public static NormOrder columnsTimesRows(Matrix a, Matrix b) {
        double[] weights = columnNorms(a);
        double[] others = rowNorms(b);
        if (weights.length != others.length) {
            throw new IllegalArgumentException("factors must agree in their inner dimension: " + a + " times " + b);
        }
        for (int k = 0; k < weights.length; k++) {
            weights[k] *= others[k];
        }
        return new NormOrder(same(a.rows()), sorted(weights), same(b.columns()));
    }

    /** Rows and columns as they are. */
    public static NormOrder none(Matrix a, Matrix b) {
        return new NormOrder(same(a.rows()), same(a.columns()), same(b.columns()));
    }

    /**
     * The same order with rows and columns of zeros, so that each of the partition's parts has as many of those that there are, up
     * to one, and all of them have the size of the largest.
     */
    public NormOrder spread(Partition partition) {
        return new NormOrder(
                spread(rows, partition.rows()), spread(inner, partition.inner()), spread(columns, partition.columns()));
    }

    private static int[] spread(int[] order, int parts) {
        int size = (order.length + parts - 1) / parts;
        int[] spread = new int[size * parts];
        Arrays.fill(spread, GAP);
        int next = 0;
        for (int part = 0; part < parts; part++) {
            int count = order.length / parts + (part < order.length % parts ? 1 : 0);
            System.arraycopy(order, next, spread, part * size, count);
            next += count;
        }
        return spread;
    }

    /** A in the new order. */
    public Matrix left(Matrix a) {
        return permuted(a, rows, inner);
    }

    /** B in the new order. */
    public Matrix right(Matrix b) {
        return permuted(b, inner, columns);
    }

    /** A product in the new order, put back to the old one. */
    public Matrix restore(Matrix product) {
        if (product.rows() != rows.length || product.columns() != columns.length) {
            throw wrong(product, rows.length, columns.length);
        }
        Matrix restored = Matrix.zeros(count(rows), count(columns));
        for (int i = 0; i < rows.length; i++) {
            for (int j = 0; j < columns.length; j++) {
                if (rows[i] != GAP && columns[j] != GAP) {
                    restored.values()[rows[i] * restored.columns() + columns[j]] = product.at(i, j);
                }
            }
        }
        return restored;
    }

    private static Matrix permuted(Matrix matrix, int[] rowOrder, int[] columnOrder) {
        if (matrix.rows() != count(rowOrder) || matrix.columns() != count(columnOrder)) {
            throw wrong(matrix, count(rowOrder), count(columnOrder));
        }
        Matrix permuted = Matrix.zeros(rowOrder.length, columnOrder.length);
        for (int i = 0; i < rowOrder.length; i++) {
            for (int j = 0; j < columnOrder.length; j++) {
                if (rowOrder[i] != GAP && columnOrder[j] != GAP) {
                    permuted.values()[i * columnOrder.length + j] = matrix.at(rowOrder[i], columnOrder[j]);
                }
            }
        }
        return permuted;
    }

    private static IllegalArgumentException wrong(Matrix matrix, int rows, int columns) {
        return new IllegalArgumentException(
                "the order is for matrices of " + rows + " x " + columns + ": this one is of " + matrix);
    }

    /** Rows or columns that there are, without gaps. */
    private static int count(int[] order) {
        return (int) Arrays.stream(order).filter(place -> place != GAP).count();
    }

    private static int[] same(int length) {
        int[] order = new int[length];
        Arrays.setAll(order, i -> i);
        return order;
    }

    private static int[] sorted(double[] weights) {
        Integer[] order = new Integer[weights.length];
        Arrays.setAll(order, i -> i);
        Arrays.sort(order, Comparator.comparingDouble((Integer i) -> -weights[i]));
        return Arrays.stream(order).mapToInt(Integer::intValue).toArray();
    }

    private static double[] rowNorms(Matrix matrix) {
        double[] norms = new double[matrix.rows()];
        for (int i = 0; i < matrix.rows(); i++) {
            for (int j = 0; j < matrix.columns(); j++) {
                norms[i] += matrix.at(i, j) * matrix.at(i, j);
            }
        }
        return norms;
    }

    private static double[] columnNorms(Matrix matrix) {
        double[] norms = new double[matrix.columns()];
        for (int i = 0; i < matrix.rows(); i++) {
            for (int j = 0; j < matrix.columns(); j++) {
                norms[j] += matrix.at(i, j) * matrix.at(i, j);
            }
        }
        return norms;
    }
}
