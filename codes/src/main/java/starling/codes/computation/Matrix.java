package starling.codes.computation;

import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;

/**
 * A dense matrix of doubles, row after row. The array is not copied: who changes it changes the matrix.
 *
 * @param rows number of rows, at least 1
 * @param columns number of columns, at least 1
 * @param values rows * columns numbers
 */
@SuppressWarnings("ArrayRecordComponent") // the array is the matrix; matrices are not compared by equals
public record Matrix(int rows, int columns, double[] values) {
    /** @throws IllegalArgumentException if there is no element, or not the stated number of them */
    public Matrix {
        if (rows < 1 || columns < 1) {
            throw new IllegalArgumentException(
                    "a matrix must have at least one row and one column: it has " + rows + " and " + columns);
        }
        if ((long) rows * columns != values.length) {
            throw new IllegalArgumentException("a matrix of " + rows + " x " + columns + " must have "
                    + (long) rows * columns + " numbers: there are " + values.length);
        }
    }

    /** All zeros. */
    public static Matrix zeros(int rows, int columns) {
        return new Matrix(rows, columns, new double[Math.multiplyExact(rows, columns)]);
    }

    /** The element in a row and a column, counted from 0. */
    public double at(int row, int column) {
        return values[row * columns + column];
    }

    /**
     * The product of this and another matrix: 2 rows * columns * right.columns operations, in one thread.
     *
     * @throws IllegalArgumentException if the inner dimensions differ
     */
    public Matrix times(Matrix right) {
        if (columns != right.rows) {
            throw new IllegalArgumentException("factors must agree in their inner dimension: " + rows + " x " + columns
                    + " times " + right.rows + " x " + right.columns);
        }
        Matrix product = zeros(rows, right.columns);
        CommonOps_DDRM.mult(wrapped(), right.wrapped(), product.wrapped());
        return product;
    }

    /** The square of the Frobenius norm. */
    public double squaredNorm() {
        double sum = 0;
        for (double value : values) {
            sum += value * value;
        }
        return sum;
    }

    /** The square of the Frobenius norm of the difference to a matrix of the same shape. */
    public double squaredDistance(Matrix other) {
        if (rows != other.rows || columns != other.columns) {
            throw new IllegalArgumentException("matrices must have the same shape: " + rows + " x " + columns + " and "
                    + other.rows + " x " + other.columns);
        }
        double sum = 0;
        for (int i = 0; i < values.length; i++) {
            double difference = values[i] - other.values[i];
            sum += difference * difference;
        }
        return sum;
    }

    /** A copy of a part that may reach beyond the last row and column: what lies outside is zero. */
    public Matrix part(int firstRow, int firstColumn, int height, int width) {
        Matrix part = zeros(height, width);
        int copied = Math.min(width, columns - firstColumn);
        if (copied > 0) {
            for (int row = 0; row < Math.min(height, rows - firstRow); row++) {
                System.arraycopy(values, (firstRow + row) * columns + firstColumn, part.values, row * width, copied);
            }
        }
        return part;
    }

    /** Copies another matrix into this one with its first element at a place; what would lie outside is cropped. */
    void paste(Matrix part, int firstRow, int firstColumn) {
        int copied = Math.min(part.columns, columns - firstColumn);
        if (copied > 0) {
            for (int row = 0; row < Math.min(part.rows, rows - firstRow); row++) {
                System.arraycopy(
                        part.values, row * part.columns, values, (firstRow + row) * columns + firstColumn, copied);
            }
        }
    }

    private DMatrixRMaj wrapped() {
        return DMatrixRMaj.wrap(rows, columns, values);
    }

    @Override
    public String toString() {
        return rows + " x " + columns;
    }
}
