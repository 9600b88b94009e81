package starling.repurpose.assign;

import java.util.SplittableRandom;

/**
 * The exact solution for two workers: worker 0 gets the x units for which its cost exceeds worker 1's the least. Without
 * capacities x would be any number from that of negative differences to that of differences at most zero; capacities clamp
 * it. Expected linear time (quickselect with random pivots).
 */
final class TwoWorkers {
    private final long[] difference;
    private final long threshold;
    private final long[] prices = new long[2];
    private int tiesForFirst;
    private final int[] owner;

    TwoWorkers(long[] difference, int[] least, int[] most, SplittableRandom random) {
        this.difference = difference;
        int units = difference.length;
        int fewest = (int) Math.max(least[0], (long) units - most[1]);
        int largest = (int) Math.min(most[0], (long) units - least[1]);
        int negative = 0;
        int notPositive = 0;
        for (long d : difference) {
            negative += d < 0 ? 1 : 0;
            notPositive += d <= 0 ? 1 : 0;
        }
        int forFirst;
        if (notPositive < fewest) {
            forFirst = fewest;
            threshold = selected(forFirst - 1, random);
            boolean firstIsShort = least[0] == fewest;
            prices[0] = firstIsShort ? threshold : 0;
            prices[1] = firstIsShort ? 0 : -threshold;
        } else if (negative > largest) {
            forFirst = largest;
            threshold = selected(forFirst, random);
            boolean firstIsFull = most[0] == largest;
            prices[0] = firstIsFull ? threshold : 0;
            prices[1] = firstIsFull ? 0 : -threshold;
        } else {
            forFirst = Math.max(fewest, negative);
            threshold = 0;
        }
        int below = 0;
        for (long d : difference) {
            below += d < threshold ? 1 : 0;
        }
        tiesForFirst = forFirst - below;
        owner = new int[units];
        for (int i = 0; i < units; i++) {
            boolean first = difference[i] < threshold || (difference[i] == threshold && tiesForFirst-- > 0);
            owner[i] = first ? 0 : 1;
        }
    }

    int owner(int unit) {
        return owner[unit];
    }

    /** Worker prices: only their difference matters to units, their signs to capacity ranges. */
    long[] prices() {
        return prices;
    }

    /** The difference that has exactly {@code rank} others before it when sorted. */
    private long selected(int rank, SplittableRandom random) {
        long[] values = difference.clone();
        int low = 0;
        int high = values.length - 1;
        while (low < high) {
            long pivot = values[random.nextInt(low, high + 1)];
            int i = low;
            int j = high;
            while (i <= j) {
                while (values[i] < pivot) {
                    i++;
                }
                while (values[j] > pivot) {
                    j--;
                }
                if (i <= j) {
                    long swapped = values[i];
                    values[i++] = values[j];
                    values[j--] = swapped;
                }
            }
            if (rank <= j) {
                high = j;
            } else if (rank >= i) {
                low = i;
            } else {
                return values[rank];
            }
        }
        return values[rank];
    }
}
