package starling.codes.uep;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** Rectangles - any rows times any columns - within the marked places of a grid that no other such rectangle contains. */
final class Rectangles {
    private static final int MOST_ROWS = 20;

    private Rectangles() {}

    /**
     * Rows times columns.
     *
     * @param rows of the rectangle
     * @param columns of the rectangle
     */
    record Rectangle(BitSet rows, BitSet columns) {}

    /**
     * All of them: for every set of rows the columns marked in all, kept if no further row has them all. O(2^rows).
     *
     * @throws IllegalArgumentException if there are more than 20 rows with marks
     */
    static List<Rectangle> largest(boolean[][] marked) {
        List<Integer> used = new ArrayList<>();
        for (int row = 0; row < marked.length; row++) {
            if (!line(marked, row).isEmpty()) {
                used.add(row);
            }
        }
        if (used.size() > MOST_ROWS) {
            throw new IllegalArgumentException(
                    "rectangles are sought in at most " + MOST_ROWS + " rows of blocks: there are " + used.size());
        }
        List<Rectangle> largest = new ArrayList<>();
        for (int set = 1; set < 1 << used.size(); set++) {
            BitSet columns = new BitSet();
            columns.set(0, marked[0].length);
            BitSet rows = new BitSet();
            for (int i = 0; i < used.size(); i++) {
                if ((set >> i & 1) == 1) {
                    rows.set(used.get(i));
                    columns.and(line(marked, used.get(i)));
                }
            }
            if (!columns.isEmpty() && isClosed(marked, used, rows, columns)) {
                largest.add(new Rectangle(rows, columns));
            }
        }
        return largest;
    }

    private static boolean isClosed(boolean[][] marked, List<Integer> used, BitSet rows, BitSet columns) {
        for (int row : used) {
            BitSet missing = (BitSet) columns.clone();
            missing.andNot(line(marked, row));
            if (!rows.get(row) && missing.isEmpty()) {
                return false;
            }
        }
        return true;
    }

    private static BitSet line(boolean[][] marked, int row) {
        BitSet line = new BitSet();
        for (int column = 0; column < marked[row].length; column++) {
            line.set(column, marked[row][column]);
        }
        return line;
    }
}
