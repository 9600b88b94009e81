package starling.codes.channel;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import starling.codes.random.Draw;
import starling.codes.random.RandomStream;

/**
 * One round of the channel at the router: frames are added as they come, in fixed point, and what is received has the same
 * bits in whatever order they came. A frame is added whole or refused with one sentence, and then the others' sum is as if it had
 * never come. Memory: 8 bytes a component of a frame, 12 once the router makes frames fade, and a few words for each node. May be used by several threads.
 */
public final class ChannelRound {
    private final MultipleAccessChannel channel;
    private final Draw draw;
    private final FixedPointSum sum;
    /** Where a fading frame is while it is added; empty until one is. */
    private float[] arriving = new float[0];

    private final Map<Long, Double> energies = new TreeMap<>();
    private final Set<Long> outages = new TreeSet<>();
    private final Set<Long> excluded = new TreeSet<>();

    ChannelRound(MultipleAccessChannel channel, Draw draw) {
        this.channel = channel;
        this.draw = draw;
        this.sum = new FixedPointSum(
                channel.settings().arithmetic(), 2 * channel.settings().subchannels());
    }

    /**
     * Sends a node's frame over the channel.
     *
     * @param symbols re and im of each subchannel in turn, as the node sends them
     * @return whether it was added: false where the node's frame is in already
     * @throws IllegalArgumentException when the frame has another length, a part of it arrives as NaN, infinite or beyond the limit
     *     of the arithmetic, there would be more nodes than that allows, or the node has been excluded
     */
    public synchronized boolean add(long node, float[] symbols) {
        if (isNotNew(node)) {
            return false;
        }
        float[] sent = channel.clipped(symbols);
        if (arriving.length == 0) {
            arriving = new float[sent.length];
        }
        add(node, channel.faded(sent, draw.withNode(node), arriving), energy(sent));
        return true;
    }

    /**
     * Adds what arrives of a node's frame, computed elsewhere ({@link MultipleAccessChannel#arriving}).
     *
     * @param energy of the frame as it was sent, for the count
     * @return and errors as of {@link #add(long, float[])}
     */
    public synchronized boolean addArrived(long node, float[] arrived, double energy) {
        if (isNotNew(node)) {
            return false;
        }
        add(node, arrived, energy);
        return true;
    }

    private void add(long node, float[] arrived, double energy) {
        try {
            sum.add(arrived);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("the frame of node " + node + " is refused: " + e.getMessage(), e);
        }
        energies.put(node, energy);
    }

    /**
     * Adds what arrives of a node's frame in steps of the arithmetic, masked or not, modulo 2^64. A masked frame can be any numbers:
     * that it holds what arrives, within the limit, rests on the node.
     *
     * @return and errors as of {@link #add(long, float[])}
     */
    public synchronized boolean addMasked(long node, long[] steps, double energy) {
        if (isNotNew(node)) {
            return false;
        }
        sum.add(steps);
        energies.put(node, energy);
        return true;
    }

    /** Adds to the sum what takes the masks of missing nodes out of it. */
    public synchronized void addCorrection(long[] steps) {
        sum.add(steps);
    }

    /** Refuses what this node may yet send in this round; what is in the sum stays. */
    public synchronized void exclude(long node) {
        excluded.add(node);
    }

    private boolean isNotNew(long node) {
        if (energies.containsKey(node)) {
            return true;
        }
        if (excluded.contains(node)) {
            throw new IllegalArgumentException(
                    "the round must go on without a node that has been excluded: node " + node);
        }
        int most = channel.settings().arithmetic().nodes();
        if (energies.size() == most) {
            throw new IllegalArgumentException("a round has at most " + most + " nodes: node " + node + " is one more");
        }
        return false;
    }

    /** Notes that a node had something to send and no subchannel that its power suffices for. */
    public synchronized void outage(long node) {
        outages.add(node);
    }

    /** Whether nobody has sent. */
    public synchronized boolean isVoid() {
        return energies.isEmpty();
    }

    /**
     * The sum with the router's noise, re and im in turn.
     *
     * @throws IllegalStateException when nobody has sent, or masks are left in the sum
     */
    public synchronized float[] received() {
        if (energies.isEmpty()) {
            throw new IllegalStateException("a round in which no node has sent is void: 0 nodes");
        }
        if (Double.isNaN(sum.largest())) {
            throw new IllegalStateException("masks must cancel: the sum is beyond what "
                    + channel.settings().arithmetic().nodes() + " nodes can send");
        }
        RandomStream noise = draw.common(Draw.Purpose.NOISE);
        double deviation = Math.sqrt(channel.settings().noise());
        float[] received = new float[sum.length()];
        for (int i = 0; i < received.length; i++) {
            double value = sum.at(i);
            received[i] = (float) (deviation == 0 ? value : value + deviation * NormalDraw.at(noise, i));
        }
        return received;
    }

    /** What has been counted so far. */
    public synchronized ChannelCounts counts() {
        return new ChannelCounts(
                draw.round(), energies.isEmpty() ? 0 : channel.settings().subchannels(), energies, outages);
    }

    /** The sum of squares, by four sums: one alone would wait for each addition before the next. */
    private static double energy(float[] symbols) {
        double a = 0;
        double b = 0;
        double c = 0;
        double d = 0;
        int i = 0;
        for (; i + 3 < symbols.length; i += 4) {
            a += (double) symbols[i] * symbols[i];
            b += (double) symbols[i + 1] * symbols[i + 1];
            c += (double) symbols[i + 2] * symbols[i + 2];
            d += (double) symbols[i + 3] * symbols[i + 3];
        }
        for (; i < symbols.length; i++) {
            a += (double) symbols[i] * symbols[i];
        }
        return a + b + (c + d);
    }
}
