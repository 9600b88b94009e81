package starling.codes.rotated;

/**
 * The quantizer of 2^b levels with the least mean squared error for a standard normal number (Lloyd 1957, Max 1960): every
 * level is the mean of its cell, every threshold the middle between two levels. Found by Lloyd's iteration from the
 * quantiles of a normal law of variance 3, which are optimal in the limit of many levels. Symmetric; immutable.
 */
final class NormalQuantizer {
    private static final int ITERATIONS = 1000;
    private static final double CLOSE = 1e-13;

    private final float[] levels;
    private final float[] thresholds;

    /** @param bits 1 to 8 */
    NormalQuantizer(int bits) {
        int half = 1 << (bits - 1);
        double[] level = new double[half];
        for (int i = 0; i < half; i++) {
            level[i] = StrictMath.sqrt(3) * quantile(0.5 + (i + 0.5) / (2.0 * half));
        }
        double moved = 1;
        for (int round = 0; round < ITERATIONS && moved > CLOSE; round++) {
            moved = 0;
            double low = 0;
            for (int i = 0; i < half; i++) {
                boolean last = i == half - 1;
                double high = last ? 0 : (level[i] + level[i + 1]) / 2;
                double mass = (last ? 1 : NormalLaw.cumulative(high)) - NormalLaw.cumulative(low);
                double mean = (NormalLaw.density(low) - (last ? 0 : NormalLaw.density(high))) / mass;
                moved = Math.max(moved, Math.abs(mean - level[i]));
                level[i] = mean;
                low = high;
            }
        }
        levels = new float[2 * half];
        for (int i = 0; i < half; i++) {
            levels[half + i] = (float) level[i];
            levels[half - 1 - i] = (float) -level[i];
        }
        thresholds = new float[2 * half - 1];
        for (int i = 0; i < thresholds.length; i++) {
            thresholds[i] = (levels[i] + levels[i + 1]) / 2;
        }
    }

    /** Which level is nearest. */
    int index(float x) {
        int low = 0;
        int high = levels.length - 1;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (x >= thresholds[middle]) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    float level(int index) {
        return levels[index];
    }

    /** The least magnitude of a level. */
    float least() {
        return levels[levels.length / 2];
    }

    /** The largest magnitude of a level. */
    float largest() {
        return levels[levels.length - 1];
    }

    private static double quantile(double probability) {
        double low = 0;
        double high = 8;
        for (int i = 0; i < 60; i++) {
            double middle = (low + high) / 2;
            if (NormalLaw.cumulative(middle) < probability) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
