package starling.codes.sequential;

/**
 * The (N, W)-arbitrary straggler model (section 3.2.1): in any W rounds in a row there are at most N stragglers, counted once for
 * every round in which a worker is one.
 *
 * @param most N, from 0
 * @param window W, at least 1
 */
public record ArbitraryStragglers(int most, int window) {
    /** @throws IllegalArgumentException if a number is out of its range */
    public ArbitraryStragglers {
        if (window < 1 || most < 0) {
            throw new IllegalArgumentException(
                    "a straggler model must have N of at least 0 and W of at least 1: they are " + most + " and "
                            + window);
        }
    }

    /**
     * Whether rounds with so many stragglers each conform.
     *
     * @param stragglers in every round, the first first
     */
    public boolean conform(int[] stragglers) {
        int sum = 0;
        for (int round = 0; round < stragglers.length; round++) {
            sum += stragglers[round] - (round >= window ? stragglers[round - window] : 0);
            if (sum > most) {
                return false;
            }
        }
        return true;
    }

    /**
     * Whether one worker may be a straggler in each of the rounds to come.
     *
     * @param before stragglers in the rounds so far, the last one last; the last W - 1 count
     * @param rounds to come
     */
    public boolean mayPersist(int[] before, int rounds) {
        int kept = Math.min(before.length, window - 1);
        int[] all = new int[kept + rounds];
        System.arraycopy(before, before.length - kept, all, 0, kept);
        for (int round = 0; round < rounds; round++) {
            all[kept + round] = 1;
        }
        return conform(all);
    }
}
