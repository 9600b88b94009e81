package starling.link.frame;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Tells new frames from repeated, late and lost ones, by the numbers of {@link SequenceNumbers}. The transport's acknowledgement is no
 * proof of delivery (a broker may acknowledge and then drop), and at QoS 1 it may deliver twice: this is what makes each frame count once
 * and each loss seen.
 *
 * <p>A stream's first number is taken as it comes, so what was sent before the receiver listened is no gap. Within a window below the highest number
 * each number is known as seen or not; below the window everything is {@link Arrival.Order#STALE}. When the incarnation changes the window
 * starts anew, and the last {@value #FORMER_LIVES} former incarnations are remembered so that their late frames are stale.
 *
 * <p>Memory: window / 8 + about 150 bytes per stream, for at most {@code maxStreams} streams; when one more appears, the stream not heard
 * for the longest time is forgotten (its next frame counts as a first one). Cost: O(1 + skipped / 64) per frame, at most window / 64.
 * Thread-safe.
 *
 * @param <K> what names a stream: one sender, one kind, one receiver; the topic does
 */
public final class SequenceGuard<K> {

    /** How many former incarnations of a sender are remembered. */
    public static final int FORMER_LIVES = 4;

    private final int window;
    private final Map<K, Stream> streams;

    /**
     * Creates a guard that has heard nothing.
     *
     * @param maxStreams how many streams are remembered, at least 1
     * @param window how far a frame may be behind the highest number, a multiple of 64 from 64 to 65536
     */
    public SequenceGuard(int maxStreams, int window) {
        if (maxStreams < 1) {
            throw new IllegalArgumentException("a guard must remember at least 1 stream: it is given " + maxStreams);
        }
        if (window < 64 || window > 65536 || window % 64 != 0) {
            throw new IllegalArgumentException(
                    "a guard's window must be a multiple of 64 from 64 to 65536: it is " + window);
        }
        this.window = window;
        this.streams = new LinkedHashMap<>(16, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<K, Stream> eldest) {
                return size() > maxStreams;
            }
        };
    }

    /** Judges one frame's number and remembers it. */
    public synchronized Arrival arrived(K stream, long sequence) {
        int incarnation = SequenceNumbers.incarnationOf(sequence);
        long counter = SequenceNumbers.counterOf(sequence);
        Stream known = streams.get(stream);
        if (known == null) {
            streams.put(stream, new Stream(window, incarnation, counter));
            return Arrival.NEW;
        }
        if (known.incarnation != incarnation) {
            return known.restart(incarnation, counter) ? Arrival.RESTART : Arrival.STALE;
        }
        return known.arrived(counter);
    }

    /** Numbers that were skipped in a stream and have not come since: the frames lost, if none is on its way any more. */
    public synchronized long missing(K stream) {
        Stream known = streams.get(stream);
        return known == null ? 0 : known.missing;
    }

    /** What is known of one stream: a ring of bits for the numbers (highest - window, highest]. */
    private static final class Stream {
        private final long[] seen;
        private final int[] former = new int[FORMER_LIVES];
        private int lives;
        private int incarnation;
        private long first;
        private long highest;
        private long missing;

        Stream(int window, int incarnation, long counter) {
            seen = new long[window / 64];
            begin(incarnation, counter);
        }

        private void begin(int newIncarnation, long counter) {
            incarnation = newIncarnation;
            first = counter;
            highest = counter;
            Arrays.fill(seen, 0);
            mark(counter);
        }

        boolean restart(int newIncarnation, long counter) {
            for (int i = 0; i < Math.min(lives, FORMER_LIVES); i++) {
                if (former[i] == newIncarnation) {
                    return false;
                }
            }
            former[lives % FORMER_LIVES] = incarnation;
            lives++;
            begin(newIncarnation, counter);
            return true;
        }

        Arrival arrived(long counter) {
            long window = seen.length * 64L;
            if (counter > highest) {
                long skipped = counter - highest - 1;
                clear(highest + 1, Math.min(counter - highest, window));
                highest = counter;
                mark(counter);
                missing += skipped;
                return skipped == 0 ? Arrival.NEW : new Arrival(Arrival.Order.GAP, skipped);
            }
            if (counter < first || counter <= highest - window) {
                return Arrival.STALE;
            }
            if ((seen[word(counter)] & (1L << counter)) != 0) {
                return Arrival.DUPLICATE;
            }
            mark(counter);
            missing--;
            return Arrival.LATE;
        }

        private void mark(long counter) {
            seen[word(counter)] |= 1L << counter;
        }

        private void clear(long from, long length) {
            for (long counter = from; counter < from + length; ) {
                if ((counter & 63) == 0 && from + length - counter >= 64) {
                    seen[word(counter)] = 0;
                    counter += 64;
                } else {
                    seen[word(counter)] &= ~(1L << counter);
                    counter++;
                }
            }
        }

        private int word(long counter) {
            return (int) (counter / 64 % seen.length);
        }
    }
}
