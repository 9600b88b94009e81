package starling.codes.computation;

import java.util.List;
import java.util.stream.IntStream;

/**
 * How the factors of C = A B are cut: A into {@code rows} x {@code inner} blocks, B into {@code inner} x {@code columns},
 * so C_ij = sum over k of A_ik B_kj. Blocks of a factor have one shape; what is missing at the lower and right edges is filled
 * with zeros, and the result is cropped. Left blocks are numbered i * inner + k, right blocks k * columns + j; the product
 * of left block a and right block b, whether C needs it or not, is number a * (inner * columns) + b.
 *
 * @param rows parts of A's rows
 * @param inner parts of A's columns and B's rows
 * @param columns parts of B's columns
 */
public record Partition(int rows, int inner, int columns) {
    private static final int MOST_PRODUCTS = 1 << 16;

    /** @throws IllegalArgumentException if a number of parts is not positive or there are more than 65 536 products */
    public Partition {
        if (rows < 1 || inner < 1 || columns < 1) {
            throw new IllegalArgumentException("factors must be cut into at least one part each way: rows " + rows
                    + ", inner " + inner + ", columns " + columns);
        }
        if ((double) rows * inner * inner * columns > MOST_PRODUCTS) {
            throw new IllegalArgumentException("blocks must have at most " + MOST_PRODUCTS + " products: "
                    + (long) rows * inner * inner * columns);
        }
    }

    /** Rows times columns: every product of blocks is a block of C. */
    public static Partition rowsTimesColumns(int rows, int columns) {
        return new Partition(rows, 1, columns);
    }

    /** Columns times rows: C is the sum of the products A_k B_k. */
    public static Partition columnsTimesRows(int inner) {
        return new Partition(1, inner, 1);
    }

    /** Number of blocks of A. */
    public int leftBlocks() {
        return rows * inner;
    }

    /** Number of blocks of B. */
    public int rightBlocks() {
        return inner * columns;
    }

    /** Number of products of a block of A and a block of B, those that C does not need included. */
    public int products() {
        return leftBlocks() * rightBlocks();
    }

    /** The number of the product A_ik B_kj. */
    public int product(int i, int k, int j) {
        return (i * inner + k) * rightBlocks() + k * columns + j;
    }

    /** C_ij as a combination of all products. */
    public double[] blockOfResult(int i, int j) {
        double[] functional = new double[products()];
        for (int k = 0; k < inner; k++) {
            functional[product(i, k, j)] = 1;
        }
        return functional;
    }

    /** A_ik B_kj alone as a combination of all products. */
    public double[] single(int i, int k, int j) {
        double[] functional = new double[products()];
        functional[product(i, k, j)] = 1;
        return functional;
    }

    /** The blocks of A, by number. */
    public List<Matrix> cutLeft(Matrix a) {
        return leftParts(a).stream().map(Block::matrix).toList();
    }

    /** The blocks of B, by number. */
    public List<Matrix> cutRight(Matrix b) {
        return rightParts(b).stream().map(Block::matrix).toList();
    }

    /** The blocks of A in their places. */
    List<Block> leftParts(Matrix a) {
        return parts(a, rows, inner);
    }

    /** The blocks of B in their places. */
    List<Block> rightParts(Matrix b) {
        return parts(b, inner, columns);
    }

    private static List<Block> parts(Matrix whole, int down, int across) {
        int height = ceil(whole.rows(), down);
        int width = ceil(whole.columns(), across);
        return IntStream.range(0, down * across)
                .mapToObj(block -> Block.of(whole, block / across * height, block % across * width, height, width))
                .toList();
    }

    /** Rows of a block of C when C has this many. */
    public int blockRows(int resultRows) {
        return ceil(resultRows, rows);
    }

    /** Columns of a block of C when C has this many. */
    public int blockColumns(int resultColumns) {
        return ceil(resultColumns, columns);
    }

    private static int ceil(int number, int parts) {
        return (number + parts - 1) / parts;
    }
}
