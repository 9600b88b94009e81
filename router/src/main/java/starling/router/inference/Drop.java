package starling.router.inference;

import java.util.Locale;
import starling.link.frame.Admission;

/** Why a received frame was not used: the rules of {@link starling.link.frame.FrameGate}, and the router's own. */
public enum Drop {
    /** It was retained. */
    RETAINED,
    /** It is no frame. */
    MALFORMED,
    /** It is of another kind than its topic carries. */
    KIND,
    /** It names another sender or receiver than its topic does. */
    ADDRESS,
    /** It belongs to another plan. */
    PLAN,
    /** It belongs to another epoch. */
    EPOCH,
    /** It was seen before, or its inference was answered by the same worker before. */
    REPEATED,
    /** Its inference is over. */
    LATE,
    /** Its inference was never asked for, or its sender is not in the plan. */
    UNKNOWN,
    /** It has another number of values than the plan says. */
    MISFIT;

    /** What a gate's refusal counts as. */
    public static Drop of(Admission.Cause cause) {
        return switch (cause) {
            case RETAINED -> RETAINED;
            case MALFORMED -> MALFORMED;
            case KIND -> KIND;
            case ADDRESS -> ADDRESS;
            case PLAN -> PLAN;
            case EPOCH -> EPOCH;
            case REPEATED -> REPEATED;
        };
    }

    /** The word in metrics and logs. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
