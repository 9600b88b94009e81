package starling.codes.sparse;

/**
 * The k-th largest magnitude and how many numbers of just this magnitude are among the k.
 *
 * @param magnitude its bits; they are ordered as the magnitudes are
 */
record Threshold(int magnitude, int equal) {
    private static final int HALF = 16;

    static int magnitude(float x) {
        return Float.floatToIntBits(x) & 0x7fffffff;
    }

    /** By counting the upper halves of the bits, then the lower halves of those with the right upper one. O(n). */
    static Threshold of(float[] x, int from, int to, int k) {
        int[] counts = new int[1 << HALF];
        for (int i = from; i < to; i++) {
            counts[magnitude(x[i]) >>> HALF]++;
        }
        int upper = counts.length - 1;
        int left = k;
        while (counts[upper] < left) {
            left -= counts[upper--];
        }
        counts = new int[1 << HALF];
        for (int i = from; i < to; i++) {
            int magnitude = magnitude(x[i]);
            if (magnitude >>> HALF == upper) {
                counts[magnitude & 0xffff]++;
            }
        }
        int lower = counts.length - 1;
        while (counts[lower] < left) {
            left -= counts[lower--];
        }
        return new Threshold(upper << HALF | lower, left);
    }
}
