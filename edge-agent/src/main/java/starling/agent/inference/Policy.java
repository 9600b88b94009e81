package starling.agent.inference;

/** What becomes of an inference when frames of an exchange have not come by the deadline. */
public enum Policy {
    /** It fails, and everybody who waits for this worker is told. */
    FAIL,
    /** Zeros stand for the missing frame; everything made from them is marked incomplete. */
    ZERO,
    /** The last complete frame of that exchange from that sender stands for it, zeros before there was any; likewise marked. */
    LAST
}
