package starling.codes.overair;

import java.util.BitSet;

/**
 * What a node makes of its gradient in a round.
 *
 * @param state whether there is a frame
 * @param symbols the frame, re and im of each subchannel in turn; empty unless sent
 * @param used the subchannels in use
 * @param energy of the frame, in the mean over A for the unbiased code; 0 unless sent
 */
public record Transmission(State state, float[] symbols, BitSet used, double energy) {

    /** Why there is a frame or not. */
    public enum State {
        /** There is one. */
        SENT,
        /** The node takes no part in this round. */
        IDLE,
        /** Its power suffices for no subchannel at this scale. */
        OUTAGE
    }

    static final Transmission IDLE = new Transmission(State.IDLE, new float[0], new BitSet(), 0);
    static final Transmission OUTAGE = new Transmission(State.OUTAGE, new float[0], new BitSet(), 0);

    public boolean isSent() {
        return state == State.SENT;
    }
}
