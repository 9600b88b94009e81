package starling.codes.uep;

import java.util.Arrays;
import java.util.Comparator;
import starling.codes.computation.Matrix;

/**
 * Puts rows and columns with large norms together, so that blocks differ as much as they can (section VII-C): rows of A and columns
 * of B by their norms for rows times columns, the inner index by the product of the norms of A's column and B's row for columns
 * times rows. The product of the ordered factors is the ordered product; {@link #restore} puts it back. O(n log n) for n rows or
 * columns beside one pass over the factors.
 */
public final class NormOrder {
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
        return permuted(product, inverse(rows), inverse(columns));
    }

    private static Matrix permuted(Matrix matrix, int[] rowOrder, int[] columnOrder) {
        if (matrix.rows() != rowOrder.length || matrix.columns() != columnOrder.length) {
            throw new IllegalArgumentException("the order is for matrices of " + rowOrder.length + " x "
                    + columnOrder.length + ": this one is of " + matrix);
        }
        Matrix permuted = Matrix.zeros(matrix.rows(), matrix.columns());
        for (int i = 0; i < rowOrder.length; i++) {
            for (int j = 0; j < columnOrder.length; j++) {
                permuted.values()[i * columnOrder.length + j] = matrix.at(rowOrder[i], columnOrder[j]);
            }
        }
        return permuted;
    }

    private static int[] inverse(int[] order) {
        int[] inverse = new int[order.length];
        for (int i = 0; i < order.length; i++) {
            inverse[order[i]] = i;
        }
        return inverse;
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
