package starling.link.frame;

/**
 * What {@link SequenceGuard} says about one sequence number.
 *
 * @param order how it relates to the numbers seen before
 * @param missing for {@link Order#GAP} how many numbers were skipped since the highest seen; otherwise 0
 */
public record Arrival(Order order, long missing) {

    /** How a sequence number relates to those seen before in its stream. */
    public enum Order {
        /** The stream's first number, or the one that follows the highest: apply. */
        NEW,
        /** Higher than the one that was due: apply, and know that some are missing; they may still come as LATE. */
        GAP,
        /** Skipped before, arrived now: apply. */
        LATE,
        /** The sender was started anew, and this is the first heard of its new life: apply. */
        RESTART,
        /** Seen before: do not apply. */
        DUPLICATE,
        /** Too old to know whether it was seen, or of a former life of the sender: do not apply. */
        STALE
    }

    static final Arrival NEW = new Arrival(Order.NEW, 0);
    static final Arrival LATE = new Arrival(Order.LATE, 0);
    static final Arrival RESTART = new Arrival(Order.RESTART, 0);
    static final Arrival DUPLICATE = new Arrival(Order.DUPLICATE, 0);
    static final Arrival STALE = new Arrival(Order.STALE, 0);

    /** Whether the frame is to be applied. */
    public boolean fresh() {
        return order != Order.DUPLICATE && order != Order.STALE;
    }
}
