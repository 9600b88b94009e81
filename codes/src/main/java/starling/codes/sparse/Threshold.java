package starling.codes.sparse;

import java.util.Arrays;

/**
 * The k-th largest magnitude and how many numbers of just this magnitude are among the k.
 *
 * @param magnitude its bits; they are ordered as the magnitudes are
 */
record Threshold(int magnitude, int equal) {
    private static final int HALF = 16;
    private static final int SHORT = 1 << 12;

    static int magnitude(float x) {
        return Float.floatToIntBits(x) & 0x7fffffff;
    }

    /** O(n), by counting, for long vectors; by sorting for short ones, which need no tables then. */
    static Threshold of(float[] x, int from, int to, int k) {
        return to - from < SHORT ? bySorting(x, from, to, k) : byCounting(x, from, to, k);
    }

    private static Threshold bySorting(float[] x, int from, int to, int k) {
        int[] magnitudes = new int[to - from];
        for (int i = from; i < to; i++) {
            magnitudes[i - from] = magnitude(x[i]);
        }
        Arrays.sort(magnitudes);
        int place = magnitudes.length - k;
        int last = place;
        while (last + 1 < magnitudes.length && magnitudes[last + 1] == magnitudes[place]) {
            last++;
        }
        return new Threshold(magnitudes[place], last + 1 - place);
    }

    /** The upper halves of the bits, then the lower halves of those with the right upper one. */
    private static Threshold byCounting(float[] x, int from, int to, int k) {
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
