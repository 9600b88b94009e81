package starling.link.frame;

/** What {@link FrameGate} says about a received message. */
public sealed interface Admission {

    /**
     * A frame to apply.
     *
     * @param frame the frame
     * @param arrival whether others are missing before it
     */
    record Admitted(Frame frame, Arrival arrival) implements Admission {}

    /**
     * A message not to apply.
     *
     * @param cause which rule it broke
     * @param sentence the rule and the value
     */
    record Refused(Cause cause, String sentence) implements Admission {}

    /** The rules, in the order in which they are checked. */
    enum Cause {
        /** Data is never retained; a retained message is from another time. */
        RETAINED,
        /** No frame of this version within the limits. */
        MALFORMED,
        /** Another kind than this topic carries. */
        KIND,
        /** Another source or receiver than the topic says. */
        ADDRESS,
        /** A frame of another plan. */
        PLAN,
        /** A frame of another epoch. */
        EPOCH,
        /** Applied before, or too old to know. */
        REPEATED
    }
}
