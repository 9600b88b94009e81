package starling.codes.computation;

import java.util.concurrent.atomic.AtomicBoolean;

/** Whether numbers are finite, found in one pass at the speed of memory. */
final class Finite {
    private static final int AT_ONCE = 8;

    private Finite() {}

    /** Whether all are, looked at by at most so many threads. */
    static boolean all(double[] values, int threads) {
        AtomicBoolean finite = new AtomicBoolean(true);
        Shares.of(values.length, threads, (begin, end) -> {
            if (!all(values, begin, end)) {
                finite.set(false);
            }
        });
        return finite.get();
    }

    /** A finite number times 0 is 0, any other one is NaN; several sums, for each addition waits for the one before. */
    private static boolean all(double[] values, int begin, int end) {
        double a = 0;
        double b = 0;
        double c = 0;
        double d = 0;
        int i = begin;
        for (; i + AT_ONCE <= end; i += AT_ONCE) {
            a += values[i] * 0 + values[i + 1] * 0;
            b += values[i + 2] * 0 + values[i + 3] * 0;
            c += values[i + 4] * 0 + values[i + 5] * 0;
            d += values[i + 6] * 0 + values[i + 7] * 0;
        }
        for (; i < end; i++) {
            a += values[i] * 0;
        }
        return a + b + c + d == 0;
    }

    /** The first that is not; 0 where all are. */
    static double odd(double[] values) {
        for (double value : values) {
            if (!Double.isFinite(value)) {
                return value;
            }
        }
        return 0;
    }
}
