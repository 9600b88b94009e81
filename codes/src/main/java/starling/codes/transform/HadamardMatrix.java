package starling.codes.transform;

/**
 * A square matrix H of order n with entries 1 and -1 and H H^T = n I. It is the Kronecker product S x C of a Sylvester matrix
 * S of order 2^m and the smallest core C that one of these constructions gives:
 *
 * <ul>
 *   <li>Sylvester: C = (1), for n a power of two;
 *   <li>Paley I, order q + 1, and Paley II, order 2 (q + 1), for q a prime or the square of one ({@link Paley});
 *   <li>Williamson, order 4 t ({@link Williamson}).
 * </ul>
 *
 * So of the block lengths of the thesis beside powers of two, 96 = 8 x 12, 192 = 16 x 12 and 384 = 32 x 12 come from Paley I
 * with q = 11, 320 = 16 x 20 from Paley I with q = 19, 288 = 8 x 36 from Paley II with q = 17, 100 and 200 = 2 x 100 from
 * Paley II with q = 49; order 52 needs Williamson.
 *
 * <p>Cost: O(c^2) once for a core of order c. A product takes n (c + m) additions, where a dense matrix takes n^2, and c
 * numbers of scratch memory. Immutable.
 */
public final class HadamardMatrix {
    private static final int LARGEST_CORE = 2048;

    private final int order;
    private final byte[][] core;

    private HadamardMatrix(int order, byte[][] core) {
        this.order = order;
        this.core = core;
    }

    /**
     * The matrix of this order.
     *
     * @throws IllegalArgumentException where none of the constructions gives one
     */
    public static HadamardMatrix of(int order) {
        int core = coreOrder(order);
        if (core == 0) {
            throw new IllegalArgumentException(
                    "a Hadamard matrix must have an order that Sylvester, Paley or Williamson give: " + order);
        }
        return new HadamardMatrix(order, core(core));
    }

    /** Whether {@link #of} gives a matrix of this order. */
    public static boolean exists(int order) {
        return coreOrder(order) > 0;
    }

    public int order() {
        return order;
    }

    /** H(row, column), 1 or -1. */
    public int entry(int row, int column) {
        int c = core.length;
        int sign = 1 - 2 * (Integer.bitCount((row / c) & (column / c)) & 1);
        return sign * core[row % c][column % c];
    }

    /** {@code x[from..from+n) = H x[from..from+n)}. */
    public void multiply(double[] x, int from) {
        multiply(x, from, false);
    }

    /** {@code x[from..from+n) = H^T x[from..from+n)}; the inverse is 1/n of it. */
    public void multiplyTransposed(double[] x, int from) {
        multiply(x, from, true);
    }

    private void multiply(double[] x, int from, boolean transposed) {
        if (from < 0 || from > x.length - order) {
            throw new IllegalArgumentException(
                    "what is multiplied lies within the array: " + order + " numbers from " + from + " of " + x.length);
        }
        int c = core.length;
        if (c == 1) {
            WalshHadamard.transform(x, from, order);
            return;
        }
        double[] part = new double[c];
        for (int start = from; start < from + order; start += c) {
            System.arraycopy(x, start, part, 0, c);
            for (int i = 0; i < c; i++) {
                double sum = 0;
                for (int j = 0; j < c; j++) {
                    sum += (transposed ? core[j][i] : core[i][j]) * part[j];
                }
                x[start + i] = sum;
            }
        }
        for (int h = c; h < order; h *= 2) {
            for (int start = from; start < from + order; start += 2 * h) {
                for (int i = start; i < start + h; i++) {
                    double a = x[i];
                    double b = x[i + h];
                    x[i] = a + b;
                    x[i + h] = a - b;
                }
            }
        }
    }

    /** The smallest core of this order, 0 if there is none. */
    private static int coreOrder(int order) {
        if (order < 1) {
            return 0;
        }
        int smallest = 0;
        for (int c = order; ; c /= 2) {
            if (c <= LARGEST_CORE && (c == 1 || Paley.first(c) || Paley.second(c) || Williamson.known(c))) {
                smallest = c;
            }
            if (c % 2 != 0) {
                return smallest;
            }
        }
    }

    private static byte[][] core(int order) {
        if (order == 1) {
            return new byte[][] {{1}};
        }
        if (Paley.first(order)) {
            return Paley.firstOf(order);
        }
        return Paley.second(order) ? Paley.secondOf(order) : Williamson.of(order);
    }
}
