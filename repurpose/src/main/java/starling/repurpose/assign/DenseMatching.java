package starling.repurpose.assign;

import java.util.Arrays;

/**
 * One run of the dense shortest augmenting path algorithm on n rows and m &gt;= n columns; {@link Munkres} says what it
 * computes. Column prices v are kept such that, with u[i] = min over j of (c[i][j] - v[j]), every matched pair attains its
 * row's minimum, and a column that is not matched has v = 0 unless the matrix is square.
 */
final class DenseMatching {
    private static final int NONE = -1;
    private static final int ROW_REDUCTION_PASSES = 2;

    private final double[][] cost;
    private final int rows;
    private final int columns;
    private final int[] columnOfRow;
    private final int[] rowOfColumn;
    private final double[] v;

    // Of the path search: columns [0, scanned) are scanned, [scanned, reached) are as near as the nearest unscanned
    // one.
    private final int[] order;
    private final int[] previousRow;
    private final double[] distance;

    DenseMatching(double[][] cost, int columns) {
        this.cost = cost;
        this.rows = cost.length;
        this.columns = columns;
        this.columnOfRow = new int[rows];
        this.rowOfColumn = new int[columns];
        this.v = new double[columns];
        this.order = new int[columns];
        this.previousRow = new int[columns];
        this.distance = new double[columns];
        Arrays.fill(columnOfRow, NONE);
        Arrays.fill(rowOfColumn, NONE);
        for (int j = 0; j < columns; j++) {
            order[j] = j;
        }
        if (rows == columns) {
            reduceColumns();
        }
        for (int pass = 0; pass < ROW_REDUCTION_PASSES && columns > 1; pass++) {
            reduceRows();
        }
        for (int i = 0; i < rows; i++) {
            if (columnOfRow[i] == NONE) {
                augmentFrom(i);
            }
        }
    }

    int[] columnOfRow() {
        return columnOfRow;
    }

    double[] columnPrices() {
        return v;
    }

    /** Prices every column at its smallest cost and matches each row to the first free column that it attains there. */
    private void reduceColumns() {
        Arrays.fill(v, Double.POSITIVE_INFINITY);
        double[] last = {};
        for (double[] row : cost) {
            if (row == last) {
                continue; // a repeated row has nothing new to say
            }
            last = row;
            for (int j = 0; j < columns; j++) {
                v[j] = Math.min(v[j], row[j]);
            }
        }
        int from = 0;
        last = new double[0];
        for (int i = 0; i < rows; i++) {
            double[] row = cost[i];
            if (row != last) {
                from = 0; // a repeated row finds its next column behind the one before
                last = row;
            }
            while (from < columns && (rowOfColumn[from] != NONE || row[from] != v[from])) {
                from++;
            }
            if (from < columns) {
                columnOfRow[i] = from;
                rowOfColumn[from] = i;
            }
        }
    }

    /**
     * Gives every free row its nearest column, lowered in price until the second nearest is as near, and sends the row that
     * had it to look for another. The number of such steps is bounded: on ties they would go round in circles.
     */
    private void reduceRows() {
        int[] free = new int[rows];
        int count = 0;
        for (int i = 0; i < rows; i++) {
            if (columnOfRow[i] == NONE) {
                free[count++] = i;
            }
        }
        int steps = 2 * count;
        for (int f = 0; f < count && steps > 0; f++) {
            int i = free[f];
            while (i != NONE && steps > 0) {
                steps--;
                i = reduceRow(i);
            }
        }
    }

    /** Matches row i; returns the row to go on with, or NONE. */
    private int reduceRow(int i) {
        double[] row = cost[i];
        double nearest = Double.POSITIVE_INFINITY;
        double second = Double.POSITIVE_INFINITY;
        int at = NONE;
        int secondAt = NONE;
        for (int j = 0; j < columns; j++) {
            double reduced = row[j] - v[j];
            if (reduced < second) {
                if (reduced < nearest) {
                    second = nearest;
                    secondAt = at;
                    nearest = reduced;
                    at = j;
                } else {
                    second = reduced;
                    secondAt = j;
                }
            }
        }
        double lowered = v[at] - (second - nearest);
        boolean strict = lowered < v[at];
        if (!strict && rowOfColumn[at] != NONE) {
            at = secondAt;
            lowered = v[at];
        }
        int displaced = rowOfColumn[at];
        v[at] = lowered;
        rowOfColumn[at] = i;
        columnOfRow[i] = at;
        if (displaced != NONE) {
            columnOfRow[displaced] = NONE;
        }
        return strict ? displaced : NONE;
    }

    /** Dijkstra's search over columns from a free row to the nearest free column; then prices and matches along the path. */
    private void augmentFrom(int start) {
        double[] row = cost[start];
        for (int j = 0; j < columns; j++) {
            distance[j] = row[j] - v[j];
            previousRow[j] = start;
        }
        int scanned = 0;
        int reached = 0;
        double nearest = 0;
        int end = NONE;
        int settled = 0;
        while (end == NONE) {
            if (scanned == reached) {
                settled = scanned;
                reached = collectNearest(scanned);
                nearest = distance[order[scanned]];
                end = freeAmong(scanned, reached);
                if (end != NONE) {
                    break;
                }
            }
            int through = rowOfColumn[order[scanned]];
            double base = cost[through][order[scanned]] - v[order[scanned]] - nearest;
            scanned++;
            double[] next = cost[through];
            for (int k = reached; k < columns; k++) {
                int j = order[k];
                double d = next[j] - v[j] - base;
                if (d < distance[j]) {
                    previousRow[j] = through;
                    if (d <= nearest) {
                        if (rowOfColumn[j] == NONE) {
                            distance[j] = nearest;
                            end = j;
                            break;
                        }
                        distance[j] = nearest;
                        order[k] = order[reached];
                        order[reached++] = j;
                    } else {
                        distance[j] = d;
                    }
                }
            }
        }
        for (int k = 0; k < settled; k++) {
            int j = order[k];
            v[j] += distance[j] - nearest;
        }
        int j = end;
        int i;
        do {
            i = previousRow[j];
            rowOfColumn[j] = i;
            int before = columnOfRow[i];
            columnOfRow[i] = j;
            j = before;
        } while (i != start);
    }

    /** Moves the unscanned columns of least distance to the front of the unscanned ones; returns where they end. */
    private int collectNearest(int from) {
        int end = from;
        double least = Double.POSITIVE_INFINITY;
        for (int k = from; k < columns; k++) {
            int j = order[k];
            double d = distance[j];
            if (d <= least) {
                if (d < least) {
                    least = d;
                    end = from;
                }
                order[k] = order[end];
                order[end++] = j;
            }
        }
        return end;
    }

    private int freeAmong(int from, int to) {
        for (int k = from; k < to; k++) {
            if (rowOfColumn[order[k]] == NONE) {
                return order[k];
            }
        }
        return NONE;
    }
}
