package starling.agent.inference;

import java.util.Arrays;

/**
 * Remembers which inferences of an epoch have begun, so that none begins twice and frames of ended ones are not kept. Numbers are not
 * negative; those at least {@value #WINDOW} below the highest count as begun. Constant memory; a call costs O(numbers passed over), at most
 * the window.
 */
final class BegunInferences {
    static final int WINDOW = 4096;

    private final long[] seen = new long[WINDOW / Long.SIZE];
    private long highest = -1;

    /** Forgets everything, for a new epoch. */
    void clear() {
        Arrays.fill(seen, 0);
        highest = -1;
    }

    /** Whether an inference has begun, or is too old to know. */
    boolean contains(long inference) {
        if (inference > highest) {
            return false;
        }
        return highest - inference >= WINDOW || (seen[word(inference)] & (1L << inference)) != 0;
    }

    /** Marks an inference as begun; false if it was already. */
    boolean add(long inference) {
        if (contains(inference)) {
            return false;
        }
        if (highest < 0 || inference - highest >= WINDOW) {
            Arrays.fill(seen, 0);
        } else {
            for (long passed = highest + 1; passed < inference; passed++) {
                seen[word(passed)] &= ~(1L << passed);
            }
        }
        highest = Math.max(highest, inference);
        seen[word(inference)] |= 1L << inference;
        return true;
    }

    private static int word(long inference) {
        return (int) (inference / Long.SIZE % (WINDOW / Long.SIZE));
    }
}
