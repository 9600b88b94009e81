package starling.link;

/**
 * How much a transport may hold and send.
 *
 * @param maxPacketBytes the longest MQTT packet sent or received (topic and header included)
 * @param maxQueuedMessages messages that wait to be sent or acknowledged
 * @param maxQueuedBytes their payloads together
 * @param maxInFlight messages sent but not acknowledged; the broker's own limit is kept too
 * @param maxInbound messages received but not yet handled: what waits in the in-memory transport, and what an MQTT broker may send before
 *     the first of it is acknowledged
 */
public record Limits(int maxPacketBytes, int maxQueuedMessages, long maxQueuedBytes, int maxInFlight, int maxInbound) {

    /** 1 MiB per packet; 1024 messages and 16 MiB queued; 64 in flight; 1024 inbound. */
    public static final Limits DEFAULT = new Limits(1 << 20, 1024, 16L << 20, 64, 1024);

    public Limits {
        requirePositive("maxPacketBytes", maxPacketBytes);
        requirePositive("maxQueuedMessages", maxQueuedMessages);
        requirePositive("maxQueuedBytes", maxQueuedBytes);
        requirePositive("maxInFlight", maxInFlight);
        requirePositive("maxInbound", maxInbound);
    }

    /** The same limits with another packet length. */
    public Limits withMaxPacketBytes(int bytes) {
        return new Limits(bytes, maxQueuedMessages, maxQueuedBytes, maxInFlight, maxInbound);
    }

    /** The same limits with another send queue. */
    public Limits withQueue(int messages, long bytes) {
        return new Limits(maxPacketBytes, messages, bytes, maxInFlight, maxInbound);
    }

    /** The same limits with another number of messages in flight. */
    public Limits withMaxInFlight(int messages) {
        return new Limits(maxPacketBytes, maxQueuedMessages, maxQueuedBytes, messages, maxInbound);
    }

    /** The same limits with another inbound queue. */
    public Limits withMaxInbound(int messages) {
        return new Limits(maxPacketBytes, maxQueuedMessages, maxQueuedBytes, maxInFlight, messages);
    }

    private static void requirePositive(String name, long value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " must be at least 1: it is " + value);
        }
    }
}
