package starling.learning.node;

import java.util.Map;
import starling.codes.overair.PowerReport;

/** What a node tells the router in a round. */
@SuppressWarnings("ArrayRecordComponent") // handed on once, compared by nobody
public sealed interface Answer {
    /**
     * Its update.
     *
     * @param bytes of the trial's code
     */
    record Message(byte[] bytes) implements Answer {}

    /**
     * What it could send over the air; it sends when the router has chosen a scale for all.
     *
     * @param report for {@link starling.codes.overair.PowerControl}
     */
    record Report(PowerReport report) implements Answer {}

    /**
     * Its update over the air.
     *
     * @param symbols re and im of each subchannel in turn
     */
    record Frame(float[] symbols) implements Answer {}

    /**
     * Its update over the air as it arrives, in steps of the channel's arithmetic, hidden by masks that cancel in the sum.
     *
     * @param steps re and im of each subchannel in turn, modulo 2^64
     * @param sent whether there is an update behind the masks; otherwise there are zeros
     * @param energy of the frame
     */
    record Masked(long[] steps, boolean sent, double energy) implements Answer {}

    /**
     * The keys of this round that it shares with nodes that did not send.
     *
     * @param byNode by the number of the other node
     */
    record Keys(Map<Integer, byte[]> byNode) implements Answer {}

    /** It would send, but its power suffices for no subchannel. */
    record Outage() implements Answer {}

    /** It takes no part in this round, and has kept its update for later ones. */
    record Idle() implements Answer {}

    /**
     * It has nothing fit to be sent.
     *
     * @param why one sentence
     */
    record Refused(String why) implements Answer {}
}
