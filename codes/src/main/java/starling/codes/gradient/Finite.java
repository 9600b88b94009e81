package starling.codes.gradient;

/** The rule for what may be encoded: at least one number, all finite. Each check yields what the caller needs next. */
public final class Finite {
    private Finite() {}

    /**
     * max |x_i| of {@code x[from..to)}; O(n).
     *
     * @throws IllegalArgumentException when the part is empty or holds NaN or an infinity
     */
    public static float largest(float[] x, int from, int to) {
        check(x, from, to);
        float largest = 0;
        for (int i = from; i < to; i++) {
            largest = Math.max(largest, Math.abs(x[i]));
        }
        if (!Float.isFinite(largest)) {
            throw notFinite(x, from, to);
        }
        return largest;
    }

    /**
     * sum x_i^2 of {@code x[from..to)} in double, added in order; O(n).
     *
     * @throws IllegalArgumentException when the part is empty or holds NaN or an infinity
     */
    public static double squaredNorm(float[] x, int from, int to) {
        check(x, from, to);
        double sum = 0;
        for (int i = from; i < to; i++) {
            sum += (double) x[i] * x[i];
        }
        if (!Double.isFinite(sum)) {
            throw notFinite(x, from, to);
        }
        return sum;
    }

    /** The float nearest to a value, at most {@link Float#MAX_VALUE} in magnitude: what a decoder may write. */
    public static float nearest(double value) {
        float nearest = (float) value;
        if (Float.isInfinite(nearest)) {
            return Math.copySign(Float.MAX_VALUE, nearest);
        }
        return nearest;
    }

    private static void check(float[] x, int from, int to) {
        if (from < 0 || to > x.length || from >= to) {
            throw new IllegalArgumentException(
                    "a part of a vector holds at least one of its numbers: " + from + " to " + to + " of " + x.length);
        }
    }

    private static IllegalArgumentException notFinite(float[] x, int from, int to) {
        for (int i = from; i < to; i++) {
            if (!Float.isFinite(x[i])) {
                return new IllegalArgumentException("a gradient must be finite: number " + (i - from) + " is " + x[i]);
            }
        }
        throw new IllegalStateException("all " + (to - from) + " numbers are finite");
    }
}
