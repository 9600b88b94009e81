package starling.repurpose.values;

import java.util.stream.IntStream;

/** The one matrix product all of the dense algebra here comes down to. */
final class Products {
    private static final int INNER = 64;
    private static final int COLUMNS = 512;
    private static final int PARTS = 8;
    private static final double PARALLEL = 2e6;

    private Products() {}

    /**
     * C := C - A B on row-major blocks: C is {@code rows} x {@code columns} at {@code cAt} with {@code cRow} entries from row
     * to row; A(i, p) stands at {@code aAt + i aRow + p aColumn}, so that a transpose costs nothing; B is {@code inner} x
     * {@code columns}. C may be part of the array of A or B if the blocks do not overlap.
     * Large products use all cores; the result does not depend on how many.
     */
    static void subtract(
            double[] c,
            int cAt,
            int cRow,
            double[] a,
            int aAt,
            int aRow,
            int aColumn,
            double[] b,
            int bAt,
            int bRow,
            int rows,
            int inner,
            int columns) {
        if (rows >= 2 * PARTS && (double) rows * inner * columns > PARALLEL) {
            IntStream.range(0, PARTS).parallel().forEach(part -> {
                int first = part * rows / PARTS;
                int count = (part + 1) * rows / PARTS - first;
                block(
                        c,
                        cAt + first * cRow,
                        cRow,
                        a,
                        aAt + first * aRow,
                        aRow,
                        aColumn,
                        b,
                        bAt,
                        bRow,
                        count,
                        inner,
                        columns);
            });
        } else {
            block(c, cAt, cRow, a, aAt, aRow, aColumn, b, bAt, bRow, rows, inner, columns);
        }
    }

    private static void block(
            double[] c,
            int cAt,
            int cRow,
            double[] a,
            int aAt,
            int aRow,
            int aColumn,
            double[] b,
            int bAt,
            int bRow,
            int rows,
            int inner,
            int columns) {
        for (int j0 = 0; j0 < columns; j0 += COLUMNS) {
            int width = Math.min(COLUMNS, columns - j0);
            for (int p0 = 0; p0 < inner; p0 += INNER) {
                CallOff.check();
                int depth = Math.min(INNER, inner - p0);
                for (int i = 0; i < rows; i++) {
                    int from = aAt + i * aRow + p0 * aColumn;
                    int to = cAt + i * cRow + j0;
                    int row = bAt + p0 * bRow + j0;
                    int p = 0;
                    for (; p + 4 <= depth; p += 4) {
                        int at = from + p * aColumn;
                        four(
                                c,
                                to,
                                b,
                                row + p * bRow,
                                bRow,
                                width,
                                a[at],
                                a[at + aColumn],
                                a[at + 2 * aColumn],
                                a[at + 3 * aColumn]);
                    }
                    for (; p < depth; p++) {
                        one(c, to, b, row + p * bRow, width, a[from + p * aColumn]);
                    }
                }
            }
        }
    }

    private static void four(
            double[] c, int to, double[] b, int row, int stride, int width, double w, double x, double y, double z) {
        int second = row + stride;
        int third = second + stride;
        int fourth = third + stride;
        for (int j = 0; j < width; j++) {
            c[to + j] -= w * b[row + j] + x * b[second + j] + (y * b[third + j] + z * b[fourth + j]);
        }
    }

    private static void one(double[] c, int to, double[] b, int row, int width, double w) {
        for (int j = 0; j < width; j++) {
            c[to + j] -= w * b[row + j];
        }
    }
}
