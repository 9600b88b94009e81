package starling.router.trial;

import org.jspecify.annotations.Nullable;

/** Brings the updates of a round from nodes to the server. */
interface Carrier {
    /**
     * One round.
     *
     * @param number from 0
     * @param weights that all nodes start from
     */
    Carried carry(long number, float[] weights);

    /**
     * What a round brought.
     *
     * @param mean the estimate of the mean update; null in a void round, in which nobody's update came in
     * @param round what was counted
     * @param channelUses of the nodes that sent, see {@link starling.learning.settings.Uplink}
     * @param channelUsesAll if every node of the trial had sent
     * @param energy of all frames
     */
    @SuppressWarnings("ArrayRecordComponent") // handed on once, compared by nobody
    record Carried(float @Nullable [] mean, Round round, double channelUses, double channelUsesAll, double energy) {}
}
