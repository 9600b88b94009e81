package starling.agent.inference;

import java.util.Arrays;

/** Quantiles of the last {@value #KEPT} numbers: the nearest rank. Adding costs O(1), asking O(n log n). Not thread-safe. */
final class Quantiles {
    static final int KEPT = 1024;

    private final long[] ring = new long[KEPT];
    private long count;

    void add(long value) {
        ring[(int) (count++ % KEPT)] = value;
    }

    /** The smallest kept number that at least {@code share} of them do not exceed; 0 if there is none. */
    long at(double share) {
        int size = (int) Math.min(count, KEPT);
        if (size == 0) {
            return 0;
        }
        long[] sorted = Arrays.copyOf(ring, size);
        Arrays.sort(sorted);
        return sorted[Math.max(0, (int) Math.ceil(share * size) - 1)];
    }
}
