package starling.router.trial;

import org.jspecify.annotations.Nullable;

/** Brings the updates of a round from nodes to the server. */
interface Carrier {
    /**
     * One round.
     *
     * @param round from 0
     * @param weights that all nodes start from
     */
    Carried carry(long round, float[] weights);

    /**
     * What a round brought.
     *
     * @param mean the estimate of the mean update; null in a void round, in which nobody's update came in
     * @param loss mean over the nodes that computed an update; NaN if none did
     * @param participants nodes that took part
     * @param sent nodes whose update is in the mean
     * @param refused nodes whose update was refused
     * @param outages nodes whose power sufficed for no subchannel
     * @param bytesUp of messages or frames
     * @param channelUses of the nodes that sent, see {@link starling.learning.settings.Uplink}
     * @param channelUsesAll if every node of the trial had sent
     * @param energy of all frames
     */
    @SuppressWarnings("ArrayRecordComponent") // handed on once, compared by nobody
    record Carried(
            float @Nullable [] mean,
            double loss,
            int participants,
            int sent,
            int refused,
            int outages,
            long bytesUp,
            double channelUses,
            double channelUsesAll,
            double energy) {}
}
