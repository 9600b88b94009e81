package starling.repurpose.values;

/**
 * One value kept on a link.
 *
 * @param kind what crosses
 * @param index the source that is sent, or the target that is summed for
 * @param from sender
 * @param to receiver
 * @param numbers how many numbers it is; 0 for an activation that another layer of the same exchange has paid for
 * @param gain the weighted residual it took away when it was chosen
 */
public record Value(Kind kind, int index, int from, int to, int numbers, double gain) {
    /** What crosses. */
    public enum Kind {
        /** A source's signal; the receiver weighs it. */
        ACTIVATION,
        /** The sender's weighted sum of its own sources towards one target. */
        PARTIAL_SUM
    }

    /** The gain per number sent; infinite for what is sent anyway. */
    public double perNumber() {
        return numbers == 0 ? Double.POSITIVE_INFINITY : gain / numbers;
    }
}
