package starling.codes.computation;

import java.util.stream.IntStream;

/** Work on a range of places, dealt in stretches of whole thousands to at most so many threads of the common pool. */
final class Shares {
    /** Places that are done together: few enough for the nearest cache to hold a stretch of some matrices. */
    static final int STRETCH = 1024;

    private Shares() {}

    /** What is to be done with the places from one to before another. */
    interface Work {
        void on(int from, int to);
    }

    /** Does the work on all places; the caller's thread takes part. Returns when all of it is done. */
    static void of(int places, int threads, Work work) {
        int stretches = (places + STRETCH - 1) / STRETCH;
        int shares = Math.min(threads, stretches);
        if (shares <= 1) {
            work.on(0, places);
            return;
        }
        IntStream.range(0, shares)
                .parallel()
                .forEach(share -> work.on(
                        (int) ((long) stretches * share / shares) * STRETCH,
                        Math.min(places, (int) ((long) stretches * (share + 1) / shares) * STRETCH)));
    }

    /** Holds a number of threads to its rule. */
    static int checked(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("there must be at least one thread: there are " + threads);
        }
        return threads;
    }
}
