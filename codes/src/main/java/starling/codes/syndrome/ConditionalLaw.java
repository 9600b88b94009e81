package starling.codes.syndrome;

import org.jspecify.annotations.Nullable;

/**
 * How often each symbol came with what both ends know (the open context, such as a class of dithers) and with what the
 * receiver alone knows (the side context, such as a class of the other senders' mean). Learned by a receiver from messages
 * that it could read; a sender never needs it. Where little was seen, the law given the open context alone stands in.
 *
 * <p>Memory: 4 bytes for each symbol and pair of contexts. Not safe for use by several threads.
 */
public final class ConditionalLaw {
    private static final double TRUST = 4;
    private static final double UNSEEN = 0.5;

    private final int levels;
    private final int open;
    private final int side;
    private final float[] counts;

    /**
     * @param levels M, 1 to 15; symbols are -M to M
     * @param open number of open contexts, 1 to 4 096
     * @param side number of side contexts, 1 to 4 096
     */
    public ConditionalLaw(int levels, int open, int side) {
        if (levels < 1 || levels > 15 || open < 1 || open > 4096 || side < 1 || side > 4096) {
            throw new IllegalArgumentException("a law has 1 to 15 levels, 1 to 4096 open and 1 to 4096 side contexts: "
                    + levels + ", " + open + " and " + side);
        }
        this.levels = levels;
        this.open = open;
        this.side = side;
        counts = new float[open * side * (2 * levels + 1)];
    }

    /** Takes note of symbols with their contexts. */
    public void learn(int[] symbols, int[] openContexts, int[] sideContexts) {
        for (int i = 0; i < symbols.length; i++) {
            counts[row(openContexts[i], sideContexts[i]) + symbols[i] + levels]++;
        }
    }

    /** Lets what was learned count less, for laws that change: all counts are multiplied by {@code share}, 0 to 1. */
    public void forget(double share) {
        if (!(share >= 0 && share <= 1)) {
            throw new IllegalArgumentException("what remains of a law is a share between 0 and 1: " + share);
        }
        for (int i = 0; i < counts.length; i++) {
            counts[i] *= (float) share;
        }
    }

    /**
     * Bits per symbol that this law wastes because it was learned from so few: about half a bit times log2(e) for each free
     * number in it over the symbols seen (the redundancy of an estimated law), a pair of contexts that was seen c times
     * counting for at most c; 0 before anything was learned.
     */
    double redundancy() {
        int symbols = 2 * levels + 1;
        double free = 0;
        double all = 0;
        for (int row = 0; row < counts.length; row += symbols) {
            double count = 0;
            int kinds = 0;
            for (int symbol = 0; symbol < symbols; symbol++) {
                count += counts[row + symbol];
                kinds += counts[row + symbol] > 0 ? 1 : 0;
            }
            free += Math.min(count, Math.max(0, kinds - 1));
            all += count;
        }
        return all > 0 ? free / (2 * StrictMath.log(2) * all) : 0;
    }

    /** M. */
    public int levels() {
        return levels;
    }

    /** The number of open contexts. */
    public int open() {
        return open;
    }

    /** The number of side contexts. */
    public int side() {
        return side;
    }

    /** P(symbol | open, side) for all: the row of a pair is {@code [open * side() + side]}, each with 2 M + 1 numbers. */
    double[][] table() {
        int symbols = 2 * levels + 1;
        double[][] table = new double[open * side][];
        for (int o = 0; o < open; o++) {
            double[] common = new double[symbols];
            for (int s = 0; s < side; s++) {
                for (int symbol = 0; symbol < symbols; symbol++) {
                    common[symbol] += counts[row(o, s) + symbol];
                }
            }
            double[] base = shares(common, 0, null);
            for (int s = 0; s < side; s++) {
                double[] own = new double[symbols];
                for (int symbol = 0; symbol < symbols; symbol++) {
                    own[symbol] = counts[row(o, s) + symbol];
                }
                table[o * side + s] = shares(own, TRUST, base);
            }
        }
        return table;
    }

    private static double[] shares(double[] counts, double trust, double @Nullable [] base) {
        double[] shares = new double[counts.length];
        double sum = 0;
        for (int symbol = 0; symbol < counts.length; symbol++) {
            shares[symbol] = counts[symbol] + (base == null ? UNSEEN : trust * base[symbol]);
            sum += shares[symbol];
        }
        for (int symbol = 0; symbol < counts.length; symbol++) {
            shares[symbol] /= sum;
        }
        return shares;
    }

    private int row(int openContext, int sideContext) {
        return (openContext * side + sideContext) * (2 * levels + 1);
    }
}
