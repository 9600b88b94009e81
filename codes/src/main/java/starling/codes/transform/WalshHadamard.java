package starling.codes.transform;

import java.util.stream.IntStream;

/**
 * The fast Walsh-Hadamard transform, in place: x becomes H x, where H is the Sylvester-Hadamard matrix of order n = 2^m in
 * natural order, H(i, j) = (-1)^(number of ones in i AND j). {@link #transform} is that plain sum and its own inverse but for
 * a factor n; {@link #orthonormal} multiplies by 1/sqrt(n) afterwards and is its own inverse.
 *
 * <p>Pairs are added and subtracted by stride 1, 2, 4, ..., whatever is done at a time: blocks of 4 096 numbers in the
 * nearest cache, then two to four strides in one pass over memory. {@link #parallel} lets the common pool work on parts of one
 * pass. So all ways give the same bits, with vector instructions (where {@code --add-modules jdk.incubator.vector} gives the
 * virtual machine their module and its optimising compiler runs) and without.
 *
 * <p>Cost: n log2 n additions; at most one scratch block per thread beside x. Sums of huge numbers overflow to infinities, as
 * everywhere: scale before.
 */
public final class WalshHadamard {
    /** From here on {@link #parallel} uses several threads. */
    static final int PARALLEL = 1 << 18;

    private static final int BLOCK = FloatPasses.BLOCK;
    private static final FloatPasses FLOATS = FloatPasses.best();
    private static final DoublePasses DOUBLES = DoublePasses.best();

    private WalshHadamard() {}

    /** {@code x = H x} for a whole array. */
    public static void transform(float[] x) {
        transform(x, 0, x.length);
    }

    /**
     * {@code x[from..from+n) = H x[from..from+n)}.
     *
     * @throws IllegalArgumentException when n is no power of two, or the part does not lie within x
     */
    public static void transform(float[] x, int from, int n) {
        check(x.length, from, n);
        inOrder(FLOATS, x, from, n);
    }

    /** {@code x[from..from+n) = H x[from..from+n) / sqrt(n)}: lengths and angles stay. Errors as above. */
    public static void orthonormal(float[] x, int from, int n) {
        transform(x, from, n);
        float scale = (float) (1 / Math.sqrt(n));
        for (int i = from; i < from + n; i++) {
            x[i] *= scale;
        }
    }

    /** As {@link #transform(float[], int, int)}, to the bit, by several threads from 2^18 numbers on. */
    public static void parallel(float[] x, int from, int n) {
        check(x.length, from, n);
        atOnce(FLOATS, x, from, n);
    }

    static void inOrder(FloatPasses passes, float[] x, int from, int n) {
        if (n <= BLOCK) {
            passes.block(x, from, n);
            return;
        }
        int radix = passes.radix(n);
        int part = n / radix;
        for (int start = from; start - from < n; start += part) {
            inOrder(passes, x, start, part);
        }
        passes.columns(x, from, part, radix, 0, part);
    }

    static void atOnce(FloatPasses passes, float[] x, int from, int n) {
        if (n < PARALLEL) {
            inOrder(passes, x, from, n);
            return;
        }
        int radix = passes.radix(n);
        int part = n / radix;
        if (part < PARALLEL) {
            IntStream.range(0, radix).parallel().forEach(i -> inOrder(passes, x, from + i * part, part));
        } else {
            for (int i = 0; i < radix; i++) {
                atOnce(passes, x, from + i * part, part);
            }
        }
        IntStream.range(0, part / BLOCK)
                .parallel()
                .forEach(i -> passes.columns(x, from, part, radix, i * BLOCK, (i + 1) * BLOCK));
    }

    /** {@code x = H x} for a whole array. */
    public static void transform(double[] x) {
        transform(x, 0, x.length);
    }

    /**
     * {@code x[from..from+n) = H x[from..from+n)}.
     *
     * @throws IllegalArgumentException when n is no power of two, or the part does not lie within x
     */
    public static void transform(double[] x, int from, int n) {
        check(x.length, from, n);
        inOrder(DOUBLES, x, from, n);
    }

    /** {@code x[from..from+n) = H x[from..from+n) / sqrt(n)}: lengths and angles stay. Errors as above. */
    public static void orthonormal(double[] x, int from, int n) {
        transform(x, from, n);
        double scale = 1 / Math.sqrt(n);
        for (int i = from; i < from + n; i++) {
            x[i] *= scale;
        }
    }

    /** As {@link #transform(double[], int, int)}, to the bit, by several threads from 2^18 numbers on. */
    public static void parallel(double[] x, int from, int n) {
        check(x.length, from, n);
        atOnce(DOUBLES, x, from, n);
    }

    static void inOrder(DoublePasses passes, double[] x, int from, int n) {
        if (n <= BLOCK) {
            passes.block(x, from, n);
            return;
        }
        int radix = passes.radix(n);
        int part = n / radix;
        for (int start = from; start - from < n; start += part) {
            inOrder(passes, x, start, part);
        }
        passes.columns(x, from, part, radix, 0, part);
    }

    static void atOnce(DoublePasses passes, double[] x, int from, int n) {
        if (n < PARALLEL) {
            inOrder(passes, x, from, n);
            return;
        }
        int radix = passes.radix(n);
        int part = n / radix;
        if (part < PARALLEL) {
            IntStream.range(0, radix).parallel().forEach(i -> inOrder(passes, x, from + i * part, part));
        } else {
            for (int i = 0; i < radix; i++) {
                atOnce(passes, x, from + i * part, part);
            }
        }
        IntStream.range(0, part / BLOCK)
                .parallel()
                .forEach(i -> passes.columns(x, from, part, radix, i * BLOCK, (i + 1) * BLOCK));
    }

    /** Whether vector instructions are asked for explicitly. */
    public static boolean usesVectors() {
        return !(FLOATS instanceof ScalarFloatPasses);
    }

    private static void check(int length, int from, int n) {
        if (Integer.bitCount(n) != 1 || n < 0) {
            throw new IllegalArgumentException("a Walsh-Hadamard transform has a power of two of numbers: " + n);
        }
        if (from < 0 || from > length - n) {
            throw new IllegalArgumentException(
                    "what is transformed lies within the array: " + n + " numbers from " + from + " of " + length);
        }
    }
}
