package starling.codes.transform;

import starling.codes.random.RandomStream;

/**
 * A random orthogonal transform of n numbers, any n, in place and in n log n: D (random signs), then H / sqrt(m) with the
 * Walsh-Hadamard matrix of order m, the largest power of two within n. Where m is less than n, that is done three times, on
 * the first m numbers, the last m, and the first m again, each with signs of its own, so that nothing is padded: n numbers
 * stay n numbers and lengths stay what they are.
 *
 * <p>A vector's coordinates afterwards are close to independent normal ones of the variance ||x||^2 / n (exactly so in the
 * mean square where n is a power of two). That a coordinate exceeds t ||x|| / sqrt(m) has a probability of at most
 * 2 exp(-t^2 / 2) for every x.
 */
public final class Rotation {
    private Rotation() {}

    /** Rotates {@code x[from..from+n)}. */
    public static void forward(float[] x, int from, int n, RandomStream signs) {
        int m = Integer.highestOneBit(n);
        turn(x, from, m, signs.branch(1));
        if (m < n) {
            turn(x, from + n - m, m, signs.branch(2));
            turn(x, from, m, signs.branch(3));
        }
    }

    /** Undoes {@link #forward} with the same signs, up to rounding. */
    public static void backward(float[] x, int from, int n, RandomStream signs) {
        int m = Integer.highestOneBit(n);
        if (m < n) {
            turnBack(x, from, m, signs.branch(3));
            turnBack(x, from + n - m, m, signs.branch(2));
        }
        turnBack(x, from, m, signs.branch(1));
    }

    private static void turn(float[] x, int from, int m, RandomStream signs) {
        scaleSigned(x, from, m, signs);
        WalshHadamard.transform(x, from, m);
    }

    private static void turnBack(float[] x, int from, int m, RandomStream signs) {
        WalshHadamard.transform(x, from, m);
        scaleSigned(x, from, m, signs);
    }

    private static void scaleSigned(float[] x, int from, int m, RandomStream signs) {
        float scale = (float) (1 / Math.sqrt(m));
        for (int start = 0; start < m; start += Long.SIZE) {
            long word = signs.bits(start / Long.SIZE);
            int end = Math.min(m, start + Long.SIZE);
            for (int i = start; i < end; i++) {
                int sign = (int) (word >>> (i - start)) << 31;
                x[from + i] = Float.intBitsToFloat(Float.floatToRawIntBits(x[from + i] * scale) ^ sign);
            }
        }
    }
}
