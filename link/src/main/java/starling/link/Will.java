package starling.link;

/**
 * What the broker publishes at QoS 1 when a connection ends without good-bye.
 *
 * @param topic where
 * @param payload what; not copied
 * @param retained whether it is kept
 */
// A will is written once and handed to the broker; nobody compares two of them.
@SuppressWarnings("ArrayRecordComponent")
public record Will(String topic, byte[] payload, boolean retained) {}
