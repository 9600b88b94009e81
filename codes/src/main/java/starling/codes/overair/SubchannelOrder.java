package starling.codes.overair;

import java.util.Arrays;
import java.util.BitSet;
import starling.codes.channel.ChannelGains;

/**
 * A node's subchannels from the strongest to the weakest, with what sending on the first of them costs: q_l = 1/h_l (5.6), and
 * Q_k = sum over the k strongest of |q_l|^2. Of equal ones the first comes first. Subchannels with h = 0 are left out. Cost:
 * M log M, nothing for flat gains.
 */
final class SubchannelOrder {
    private final int[] order;
    private final double[] cost;

    SubchannelOrder(ChannelGains gains) {
        int all = gains.subchannels();
        int[] sorted = new int[all];
        if (gains.isFlat()) {
            Arrays.setAll(sorted, l -> l);
        } else {
            // The bits of a positive float in front, inverted so that the largest come first, and the place behind.
            long[] keys = new long[all];
            for (int l = 0; l < all; l++) {
                keys[l] = (long) ~Float.floatToRawIntBits((float) gains.power(l)) << 32 | l;
            }
            Arrays.sort(keys);
            for (int l = 0; l < all; l++) {
                sorted[l] = (int) keys[l];
            }
        }
        int usable = 0;
        double[] sums = new double[all + 1];
        while (usable < all && gains.power(sorted[usable]) >= Double.MIN_NORMAL) {
            sums[usable + 1] = sums[usable] + 1 / gains.power(sorted[usable]);
            usable++;
        }
        this.order = Arrays.copyOf(sorted, usable);
        this.cost = Arrays.copyOf(sums, usable + 1);
    }

    /** How many can be used at all. */
    int usable() {
        return order.length;
    }

    /** Q_k. */
    double cost(int k) {
        return cost[k];
    }

    /** The subchannel of a rank, from 0. */
    int at(int rank) {
        return order[rank];
    }

    /** The k strongest. */
    BitSet first(int k) {
        BitSet used = new BitSet();
        for (int rank = 0; rank < k; rank++) {
            used.set(order[rank]);
        }
        return used;
    }
}
