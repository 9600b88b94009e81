package starling.codes.gradient;

/**
 * How the numbers of a vector are dealt to columns, known to both ends as a setting: number i belongs to column
 * floor(i / run) mod count. That is the index along any one axis of a tensor stored row by row ({@link #ofAxis}): the run is
 * the product of the later axes' sizes, the count the axis' own. A vector that ends early has shorter or fewer columns.
 *
 * @param run how many numbers in sequence are of one column, at least 1
 * @param count of columns, at least 1
 */
public record Columns(int run, int count) {

    public Columns {
        if (run < 1 || count < 1) {
            throw new IllegalArgumentException(
                    "columns have runs of at least one number, and there is at least one: runs of " + run + ", " + count
                            + " columns");
        }
    }

    /** Columns that follow one another, each of this many numbers; the last may be shorter. */
    public static Columns inSequence(int length) {
        return new Columns(length, Integer.MAX_VALUE);
    }

    /** All numbers in one column. */
    public static Columns one() {
        return new Columns(1, 1);
    }

    /**
     * A column for each index along an axis of a tensor stored row by row: for weights by outputs and inputs, axis 0 gives a
     * column to each output and axis 1 to each input.
     */
    public static Columns ofAxis(int[] shape, int axis) {
        if (axis < 0 || axis >= shape.length) {
            throw new IllegalArgumentException(
                    "an axis must be one of the tensor's " + shape.length + ", from 0: " + axis);
        }
        int run = 1;
        for (int later = axis + 1; later < shape.length; later++) {
            run = Math.multiplyExact(run, shape[later]);
        }
        return new Columns(run, shape[axis]);
    }

    /** The column of a number. */
    public int of(int index) {
        return index / run % count;
    }

    /** How many columns a vector of this length has numbers in. */
    public int count(int length) {
        return (int) Math.min(count, (length + (long) run - 1) / run);
    }

    /** How many numbers of a vector of this length are in a column; none has more than column 0. */
    public int size(int column, int length) {
        long cycle = (long) run * count;
        long rest = length % cycle - (long) column * run;
        return (int) (length / cycle * run + Math.max(0, Math.min(run, rest)));
    }

    /** The indices of a vector of this length column by column, within a column as they were. */
    public int[] order(int length) {
        int[] next = new int[count(length)];
        for (int column = 1; column < next.length; column++) {
            next[column] = next[column - 1] + size(column - 1, length);
        }
        int[] order = new int[length];
        for (int i = 0; i < length; i++) {
            order[next[of(i)]++] = i;
        }
        return order;
    }

    /** A word for the names of codes: the run, and the count where there is one. */
    public String label() {
        return count == Integer.MAX_VALUE ? String.valueOf(run) : run + "x" + count;
    }
}
