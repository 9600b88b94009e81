package starling.codes.uep;

import java.util.Arrays;

/**
 * The fewest rows and columns of a grid that hold all its marked places: a minimum vertex cover of a bipartite graph, from a maximum
 * matching (Koenig). Their number is the rank of a matrix with random numbers at the marked places.
 */
final class LineCover {
    private final boolean[][] marked;
    private final int[] rowOf;
    private final int[] columnOf;

    private LineCover(boolean[][] marked) {
        this.marked = marked;
        this.rowOf = new int[marked[0].length];
        this.columnOf = new int[marked.length];
        Arrays.fill(rowOf, -1);
        Arrays.fill(columnOf, -1);
        for (int row = 0; row < marked.length; row++) {
            match(row, new boolean[rowOf.length]);
        }
    }

    /**
     * Lines of a cover.
     *
     * @param rows whether each row is one
     * @param columns whether each column is one
     */
    @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
    record Lines(boolean[] rows, boolean[] columns) {}

    static Lines of(boolean[][] marked) {
        LineCover cover = new LineCover(marked);
        boolean[] reachedRows = new boolean[marked.length];
        boolean[] reachedColumns = new boolean[cover.rowOf.length];
        for (int row = 0; row < marked.length; row++) {
            if (cover.columnOf[row] < 0) {
                cover.reach(row, reachedRows, reachedColumns);
            }
        }
        boolean[] rows = new boolean[marked.length];
        for (int row = 0; row < rows.length; row++) {
            rows[row] = !reachedRows[row];
        }
        return new Lines(rows, reachedColumns);
    }

    private boolean match(int row, boolean[] tried) {
        for (int column = 0; column < rowOf.length; column++) {
            if (marked[row][column] && !tried[column]) {
                tried[column] = true;
                if (rowOf[column] < 0 || match(rowOf[column], tried)) {
                    rowOf[column] = row;
                    columnOf[row] = column;
                    return true;
                }
            }
        }
        return false;
    }

    private void reach(int row, boolean[] rows, boolean[] columns) {
        rows[row] = true;
        for (int column = 0; column < columns.length; column++) {
            if (marked[row][column] && !columns[column]) {
                columns[column] = true;
                int next = rowOf[column];
                if (next >= 0 && !rows[next]) {
                    reach(next, rows, columns);
                }
            }
        }
    }
}
