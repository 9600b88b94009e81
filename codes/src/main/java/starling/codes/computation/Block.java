package starling.codes.computation;

/**
 * A part of a matrix in its place, not copied: row r of it begins at offset + r * stride.
 *
 * @param values of the whole matrix
 * @param offset of its first number
 * @param stride from row to row
 * @param rows its own
 * @param columns its own, at most the stride
 */
@SuppressWarnings("ArrayRecordComponent") // a view for one pass, never compared
record Block(double[] values, int offset, int stride, int rows, int columns) {

    /** All of a matrix. */
    static Block of(Matrix whole) {
        return new Block(whole.values(), 0, whole.columns(), whole.rows(), whole.columns());
    }

    /** A part of a matrix; where it reaches beyond the last row or column, a copy filled with zeros. */
    static Block of(Matrix whole, int row, int column, int height, int width) {
        return inside(whole, row, column, height, width)
                ? new Block(whole.values(), row * whole.columns() + column, whole.columns(), height, width)
                : of(whole.part(row, column, height, width));
    }

    /** Whether a part lies within a matrix. */
    static boolean inside(Matrix whole, int row, int column, int height, int width) {
        return row + height <= whole.rows() && column + width <= whole.columns();
    }

    /** Whether rows follow each other without a gap. */
    boolean dense() {
        return stride == columns;
    }

    /** Where a number stands in the whole. */
    int place(int row, int column) {
        return offset + row * stride + column;
    }

    /** Whether it is all of a matrix. */
    boolean isWhole() {
        return offset == 0 && dense() && rows * columns == values.length;
    }

    /** As a matrix: the whole one itself where it is that. */
    Matrix matrix() {
        return isWhole() ? new Matrix(rows, columns, values) : copied(Matrix.zeros(rows, columns));
    }

    /** Written over a matrix of its shape, which is returned. */
    Matrix copied(Matrix copy) {
        for (int row = 0; row < rows; row++) {
            System.arraycopy(values, place(row, 0), copy.values(), row * columns, columns);
        }
        return copy;
    }
}
