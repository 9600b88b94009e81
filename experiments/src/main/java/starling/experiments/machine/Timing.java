package starling.experiments.machine;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.function.DoubleSupplier;

/**
 * How long something took on one thread, repeated.
 *
 * @param medianSeconds the middle of the repeats after warming up, by the clock on the wall
 * @param fastestSeconds the least of them
 * @param medianCpuSeconds the middle of the processor time of this thread, which others on the machine disturb less; NaN
 *     where the virtual machine does not tell
 * @param repeats how many there were
 * @param result what the last one returned
 */
public record Timing(double medianSeconds, double fastestSeconds, double medianCpuSeconds, int repeats, double result) {
    private static final double WARM_UP_SHARE = 0.3;

    /**
     * Runs it, at least once, for at most so many repeats and, unless one run takes longer, so many seconds. Three tenths of
     * both go to warming up first.
     */
    public static Timing of(DoubleSupplier task, int repeats, double seconds) {
        long start = System.nanoTime();
        double result = Double.NaN;
        double longest = 0;
        int warmUps = (int) Math.ceil(repeats * WARM_UP_SHARE);
        for (int i = 0; i < warmUps && since(start) + longest < seconds * WARM_UP_SHARE; i++) {
            long before = System.nanoTime();
            result = task.getAsDouble();
            longest = Math.max(longest, since(before));
        }
        double[] taken = new double[repeats];
        double[] worked = new double[repeats];
        int done = 0;
        do {
            double cpuBefore = cpuSeconds();
            long before = System.nanoTime();
            result = task.getAsDouble();
            taken[done] = since(before);
            worked[done++] = cpuSeconds() - cpuBefore;
        } while (done < repeats && since(start) + taken[done - 1] < seconds);
        double fastest = Arrays.stream(taken, 0, done).min().orElseThrow();
        return new Timing(median(taken, done), fastest, median(worked, done), done, result);
    }

    private static double median(double[] values, int count) {
        double[] sorted = Arrays.copyOf(values, count);
        Arrays.sort(sorted);
        return (sorted[(count - 1) / 2] + sorted[count / 2]) / 2;
    }

    private static double cpuSeconds() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        return threads.isCurrentThreadCpuTimeSupported() ? threads.getCurrentThreadCpuTime() / 1e9 : Double.NaN;
    }

    private static double since(long nanoTime) {
        return (System.nanoTime() - nanoTime) / 1e9;
    }
}
