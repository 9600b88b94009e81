package starling.link.frame;

/**
 * What a frame says about itself; see {@link FrameDescriptor} for the layout. The element count and the annex's length are not
 * here: they follow from what is encoded.
 *
 * @param kind what the frame is for
 * @param elementType how the payload's numbers are written
 * @param complete whether the values are complete (no missing contribution was filled in)
 * @param failed whether the sender failed; the annex then says why
 * @param localSource whether the receiver takes the input from its local source
 * @param plan the plan the frame belongs to
 * @param epoch the fleet's epoch
 * @param inference the inference's number
 * @param step the plan's step, 0 to 65535
 * @param source a worker number, {@link FrameDescriptor#ROUTER} or {@link FrameDescriptor#CLIENT}
 * @param receiver likewise
 * @param sequence the sender's number of this frame within its stream; see {@link SequenceGuard}
 */
public record FrameHeader(
        FrameKind kind,
        ElementType elementType,
        boolean complete,
        boolean failed,
        boolean localSource,
        PlanHash plan,
        long epoch,
        long inference,
        int step,
        int source,
        int receiver,
        long sequence) {

    public FrameHeader {
        requireShort("step", step);
        requireShort("source", source);
        requireShort("receiver", receiver);
    }

    /** A float32 frame that is complete, has not failed, and brings its own values. */
    public static FrameHeader of(
            FrameKind kind,
            PlanHash plan,
            long epoch,
            long inference,
            int step,
            int source,
            int receiver,
            long sequence) {
        return new FrameHeader(
                kind,
                ElementType.FLOAT32,
                true,
                false,
                false,
                plan,
                epoch,
                inference,
                step,
                source,
                receiver,
                sequence);
    }

    /** The same header with another element type. */
    public FrameHeader withElementType(ElementType type) {
        return new FrameHeader(
                kind, type, complete, failed, localSource, plan, epoch, inference, step, source, receiver, sequence);
    }

    /** The same header with other flags. */
    public FrameHeader withFlags(boolean isComplete, boolean hasFailed, boolean fromLocalSource) {
        return new FrameHeader(
                kind,
                elementType,
                isComplete,
                hasFailed,
                fromLocalSource,
                plan,
                epoch,
                inference,
                step,
                source,
                receiver,
                sequence);
    }

    int flags() {
        return (complete ? FrameDescriptor.FLAG_COMPLETE : 0)
                | (failed ? FrameDescriptor.FLAG_FAILED : 0)
                | (localSource ? FrameDescriptor.FLAG_LOCAL_SOURCE : 0);
    }

    private static void requireShort(String name, int value) {
        if (value < 0 || value > 0xFFFF) {
            throw new IllegalArgumentException("a frame's " + name + " must be 0 to 65535: it is " + value);
        }
    }
}
