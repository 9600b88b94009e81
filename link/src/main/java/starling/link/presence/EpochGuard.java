package starling.link.presence;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Follows the highest epoch seen. Whoever commands announces a higher epoch than all before, so a command with a lower one is from another time
 * (a retained message that outlived its sender) and is ignored. Thread-safe.
 */
public final class EpochGuard {

    private final AtomicLong highest;

    /** Starts with the highest epoch known, {@link Presence#NO_EPOCH} for none. */
    public EpochGuard(long known) {
        highest = new AtomicLong(known);
    }

    /** Whether an epoch is at least the highest one seen; it is the highest then. */
    public boolean admits(long epoch) {
        return highest.accumulateAndGet(epoch, Math::max) == epoch;
    }

    /** The highest epoch seen. */
    public long epoch() {
        return highest.get();
    }
}
