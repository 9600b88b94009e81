package starling.codes.quantize;

import java.util.Arrays;

/** What the codes of this room check and compute alike. */
final class Levels {
    /** The most intervals on each side of zero. */
    static final int MOST = 1 << 14;

    private Levels() {}

    static int check(int levels) {
        if (levels < 1 || levels > MOST) {
            throw new IllegalArgumentException("a quantizer has 1 to " + MOST + " levels: " + levels);
        }
        return levels;
    }

    static double log2(double x) {
        return Math.log(x) / Math.log(2);
    }

    static void zero(float[] into, int from, int to) {
        Arrays.fill(into, from, to, 0f);
    }
}
