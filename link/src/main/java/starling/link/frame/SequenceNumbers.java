package starling.link.frame;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Numbers the frames of one stream (one sender, one kind, one receiver): {@code incarnation << 40 | counter}, the counter from 0. The
 * 24-bit incarnation tells a restarted sender from an old one without a clock, which small devices often do not have: draw it at random at
 * each start of the program, and keep it as long as the program runs, through reconnections too. Thread-safe.
 */
public final class SequenceNumbers {

    /** Bits of the counter, below the incarnation. */
    public static final int COUNTER_BITS = 40;

    /** Incarnations are below this number. */
    public static final int INCARNATIONS = 1 << 24;

    private final AtomicLong next;

    /**
     * Starts a stream.
     *
     * @param incarnation 0 to 2^24 - 1
     */
    public SequenceNumbers(int incarnation) {
        if (incarnation < 0 || incarnation >= INCARNATIONS) {
            throw new IllegalArgumentException("an incarnation must be 0 to 16777215: it is " + incarnation);
        }
        next = new AtomicLong((long) incarnation << COUNTER_BITS);
    }

    /** The next frame's sequence number. */
    public long next() {
        return next.getAndIncrement();
    }

    static int incarnationOf(long sequence) {
        return (int) (sequence >>> COUNTER_BITS);
    }

    static long counterOf(long sequence) {
        return sequence & ((1L << COUNTER_BITS) - 1);
    }
}
