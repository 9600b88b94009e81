package starling.experiments.codes;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Collection;
import java.util.function.ToDoubleFunction;

/**
 * How long something took.
 *
 * @param seconds by the clock on the wall
 * @param cpuSeconds of processor time of the thread that did it, which others on the machine disturb less
 */
record Span(double seconds, double cpuSeconds) {

    static Span of(Runnable task) {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long cpu = threads.getCurrentThreadCpuTime();
        long wall = System.nanoTime();
        task.run();
        return new Span((System.nanoTime() - wall) / 1e9, (threads.getCurrentThreadCpuTime() - cpu) / 1e9);
    }

    Span plus(Span other) {
        return new Span(seconds + other.seconds, cpuSeconds + other.cpuSeconds);
    }

    /** The medians of both times. */
    static Span median(Collection<Span> all) {
        return new Span(median(all, Span::seconds), median(all, Span::cpuSeconds));
    }

    private static double median(Collection<Span> all, ToDoubleFunction<Span> time) {
        double[] sorted = all.stream().mapToDouble(time).sorted().toArray();
        if (sorted.length == 0) {
            throw new IllegalArgumentException("a median needs at least one number");
        }
        return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    }
}
