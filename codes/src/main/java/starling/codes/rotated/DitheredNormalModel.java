package starling.codes.rotated;

/**
 * How probable each integer is that a dithered quantizer makes of a normal number, given the dither: with y of standard
 * deviation 1/s in steps and q = round(y + u), P(q | u) = F(s (q + 1/2 - u)) - F(s (q - 1/2 - u)). Since P(q | u) =
 * P(-q | -u), symbols are q times the sign of u, and the conditions are {@value #BINS} bins of |u| in [0, 1/2], so 32 in all.
 *
 * <p>Counts add up to {@value #TOTAL} in each bin, at least 1 for each symbol; the symbols are -reach to reach, and the last
 * one, {@link #escape}, stands for all others. Both ends make the same tables of s alone. Immutable.
 */
final class DitheredNormalModel {
    static final int BINS = 16;
    static final int PRECISION = 12;
    static final int TOTAL = 1 << PRECISION;

    private static final int POINTS = 4;
    private static final double RARE = 0x1p-14;
    private static final int MOST_REACH = 127;
    /** What an escape costs on top, roughly: its value in groups of seven bits. */
    private static final int ESCAPE_BITS = 16;

    private final int reach;
    private final int[] packed;
    private final byte[] lookup;
    private final double bits;

    /** @param s the step in standard deviations */
    DitheredNormalModel(double s) {
        int far = 0;
        while (far < MOST_REACH && share(s, far + 1, 0.5) > RARE) {
            far++;
        }
        reach = far;
        int symbols = symbols();
        packed = new int[BINS * symbols];
        lookup = new byte[BINS * TOTAL];
        double cost = 0;
        for (int bin = 0; bin < BINS; bin++) {
            double[] shares = new double[symbols];
            double rest = 1;
            for (int i = 0; i < symbols - 1; i++) {
                for (int point = 0; point < POINTS; point++) {
                    double u = (bin + (point + 0.5) / POINTS) / (2 * BINS);
                    shares[i] += share(s, i - reach, u) / POINTS;
                }
                rest -= shares[i];
            }
            shares[symbols - 1] = Math.max(0, rest);
            int[] counts = counts(shares);
            int start = 0;
            for (int i = 0; i < symbols; i++) {
                packed[bin * symbols + i] = start << 16 | counts[i];
                for (int slot = start; slot < start + counts[i]; slot++) {
                    lookup[bin * TOTAL + slot] = (byte) i;
                }
                start += counts[i];
                cost -= shares[i] * StrictMath.log(counts[i] / (double) TOTAL) / BINS;
            }
            cost += shares[symbols - 1] * ESCAPE_BITS * StrictMath.log(2) / BINS;
        }
        bits = cost / StrictMath.log(2);
    }

    /** Bits per number that a normal number costs. */
    double bits() {
        return bits;
    }

    /** Symbols of each bin, the escape among them. */
    int symbols() {
        return 2 * reach + 2;
    }

    int reach() {
        return reach;
    }

    int escape() {
        return 2 * reach + 1;
    }

    /** The bin of a dither. */
    static int bin(float u) {
        return (int) (Math.abs(u) * (2 * BINS));
    }

    /** First place times 2^16 plus count, at {@code bin * symbols() + symbol}. */
    int[] packed() {
        return packed;
    }

    /** The symbol of each place, at {@code bin * TOTAL + place}, without sign. */
    byte[] lookup() {
        return lookup;
    }

    private static double share(double s, int q, double u) {
        return NormalLaw.cumulative(s * (q + 0.5 - u)) - NormalLaw.cumulative(s * (q - 0.5 - u));
    }

    /** Nearest whole counts of at least one; the most frequent symbols give or take what is amiss. */
    private static int[] counts(double[] shares) {
        int[] counts = new int[shares.length];
        int left = TOTAL;
        for (int i = 0; i < counts.length; i++) {
            counts[i] = Math.max(1, (int) (shares[i] * TOTAL + 0.5));
            left -= counts[i];
        }
        while (left != 0) {
            int largest = 0;
            for (int i = 1; i < counts.length; i++) {
                if (counts[i] > counts[largest]) {
                    largest = i;
                }
            }
            int change = left > 0 ? left : Math.max(left, -Math.max(1, counts[largest] / 16));
            counts[largest] += change;
            left -= change;
        }
        return counts;
    }
}
