package starling.link.frame;

import java.util.function.LongSupplier;
import starling.link.frame.Admission.Cause;

/**
 * The one way from a received message to a frame that may be applied: not retained, well formed, of the kind and from the sender that the
 * topic belongs to, of this plan and this epoch, and not seen before. A REQUEST with {@link PlanHash#NONE} asks for whatever plan is served: its
 * plan and epoch are not compared.
 *
 * <p>Only frames that pass all other rules are remembered as seen. Thread-safe; cost: that of {@link Frame#decode}.
 */
public final class FrameGate {

    private final PlanHash plan;
    private final LongSupplier epoch;
    private final FrameLimits limits;
    private final SequenceGuard<String> guard;

    /**
     * A gate for one plan.
     *
     * @param epoch the present epoch
     * @param maxStreams how many topics are remembered (those of all senders, REQUEST topics included)
     */
    public FrameGate(PlanHash plan, LongSupplier epoch, FrameLimits limits, int maxStreams) {
        this.plan = plan;
        this.epoch = epoch;
        this.limits = limits;
        this.guard = new SequenceGuard<>(maxStreams, 1024);
    }

    /**
     * Judges one message.
     *
     * @param topic where it came; names the stream that its sequence number belongs to
     * @param kind the kind of frame that this topic carries
     * @param source who may publish on this topic
     * @param receiver who is meant
     */
    public Admission admit(String topic, byte[] payload, boolean retained, FrameKind kind, int source, int receiver) {
        if (retained) {
            return refused(Cause.RETAINED, "a frame must not be retained: the one on " + topic + " is");
        }
        Frame frame;
        try {
            frame = Frame.decode(payload, limits);
        } catch (MalformedFrameException e) {
            return refused(Cause.MALFORMED, String.valueOf(e.getMessage()));
        }
        FrameHeader header = frame.header();
        if (header.kind() != kind) {
            return refused(Cause.KIND, "a frame on " + topic + " must be " + kind + ": it is " + header.kind());
        }
        if (header.source() != source || header.receiver() != receiver) {
            return refused(
                    Cause.ADDRESS,
                    "a frame on " + topic + " must be from " + source + " to " + receiver + ": it is from "
                            + header.source() + " to " + header.receiver());
        }
        boolean anyPlan = kind == FrameKind.REQUEST && header.plan().equals(PlanHash.NONE);
        if (!anyPlan && !header.plan().equals(plan)) {
            return refused(Cause.PLAN, "a frame must be of plan " + plan + ": it is of " + header.plan());
        }
        long present = epoch.getAsLong();
        if (!anyPlan && header.epoch() != present) {
            return refused(Cause.EPOCH, "a frame must be of epoch " + present + ": it is of " + header.epoch());
        }
        Arrival arrival = guard.arrived(topic, header.sequence());
        if (!arrival.fresh()) {
            return refused(
                    Cause.REPEATED,
                    "a frame must be applied once: number " + header.sequence() + " on " + topic + " is "
                            + arrival.order());
        }
        return new Admission.Admitted(frame, arrival);
    }

    /** Frames on a topic that were skipped and have not come since. */
    public long missing(String topic) {
        return guard.missing(topic);
    }

    private static Admission refused(Cause cause, String sentence) {
        return new Admission.Refused(cause, sentence);
    }
}
