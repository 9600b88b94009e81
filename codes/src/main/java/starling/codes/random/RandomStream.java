package starling.codes.random;

/**
 * A stream of random numbers by place: number i is mix(key + (i + 1) g), where g is the odd number nearest to 2^64
 * divided by the golden ratio and mix is the finaliser of SplitMix64 (Steele, Lea and Flood, Fast splittable
 * pseudorandom number generators, OOPSLA 2014, with Stafford's variant 13). The n-th output equals the n-th output of
 * that generator started with {@code key}. The same on every machine; a place costs about a nanosecond, whichever it is,
 * so that blocks can be drawn by several threads, or again by the receiver.
 *
 * <p>Not for secrets: whoever knows a few numbers knows the key.
 */
public final class RandomStream {
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;
    private static final float DITHER_STEP = 0x1p-25f;

    private final long key;

    public RandomStream(long key) {
        this.key = key;
    }

    /** 64 bits at a place. */
    public long bits(long place) {
        return mix(key + (place + 1) * GOLDEN);
    }

    /**
     * Uniform in (-1/2, 1/2), on the 2^24 odd multiples of 2^-25: symmetric, never at an end, exact as a float.
     */
    public float dither(long place) {
        return (2 * (int) (bits(place) >>> 40) + 1 - (1 << 24)) * DITHER_STEP;
    }

    /** Uniform in (0, 1), on the 2^53 odd multiples of 2^-54 as far as a double holds them. */
    public double uniform(long place) {
        return ((bits(place) >>> 11) + 0.5) * 0x1p-53;
    }

    /** 1 or -1, each with probability 1/2; one number of the stream serves 64 places. */
    public int sign(long place) {
        return 1 - 2 * (int) (bits(place >> 6) >>> (place & 63) & 1);
    }

    /** Uniform among 0 .. bound-1, with a bias below bound / 2^64. */
    public int below(long place, int bound) {
        if (bound <= 0) {
            throw new IllegalArgumentException("a bound must be positive: " + bound);
        }
        return (int) Math.multiplyHigh(bits(place) >>> 1, (long) bound << 1);
    }

    /** Another stream, independent of this one and of those with other numbers. */
    public RandomStream branch(long number) {
        return new RandomStream(mix(key ^ mix(number + GOLDEN)));
    }

    static long mix(long value) {
        long z = value;
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }
}
