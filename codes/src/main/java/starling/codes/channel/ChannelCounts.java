package starling.codes.channel;

import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a round cost.
 *
 * @param round its number
 * @param channelUses complex symbols in the air, counted once for all nodes that send at the same time; 0 if nobody did
 * @param energies of each node that sent, the sum of |x|^2 after clipping
 * @param outages nodes that had something to send and no subchannel that their power sufficed for
 */
public record ChannelCounts(long round, long channelUses, Map<Long, Double> energies, Set<Long> outages) {

    public ChannelCounts {
        energies = Collections.unmodifiableMap(new TreeMap<>(energies));
        outages = Collections.unmodifiableSet(new TreeSet<>(outages));
    }

    /** The sum over the nodes, in the order of their numbers. */
    public double energy() {
        double sum = 0;
        for (double energy : energies.values()) {
            sum += energy;
        }
        return sum;
    }
}
