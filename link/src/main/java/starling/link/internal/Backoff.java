package starling.link.internal;

import java.time.Duration;
import java.util.SplittableRandom;
import starling.link.Timing;

/**
 * Pauses between attempts: the n-th (from 0) is drawn uniformly from [p/2, p], p = min(longest, first x 2^n). The draw keeps devices that lost
 * their broker together from coming back together. Not thread-safe.
 */
public final class Backoff {

    private final long firstMillis;
    private final long longestMillis;
    private final SplittableRandom random;
    private int attempt;

    public Backoff(Timing timing, long seed) {
        this.firstMillis = timing.firstPause().toMillis();
        this.longestMillis = timing.longestPause().toMillis();
        this.random = new SplittableRandom(seed);
    }

    /** The next pause. */
    public Duration next() {
        int doublings = Math.min(attempt++, 30);
        long full = Math.min(longestMillis, firstMillis << doublings);
        return Duration.ofMillis(random.nextLong(full / 2, full + 1));
    }

    /** Begins with the first pause again. */
    public void reset() {
        attempt = 0;
    }
}
