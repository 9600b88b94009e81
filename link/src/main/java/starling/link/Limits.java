package starling.link;

import starling.link.frame.FrameDescriptor;

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

    /** The longest packet that MQTT knows. */
    public static final int LONGEST_PACKET = (1 << 28) - 1;

    /** What a packet has beside the frame in it: fixed header, topic, packet id, properties. */
    private static final int ENVELOPE = 1024;

    /** Messages that are no frames, of presence and claims, may wait beside the frames. */
    private static final int OTHER_MESSAGES = 64;

    public Limits {
        requirePositive("maxPacketBytes", maxPacketBytes);
        requirePositive("maxQueuedMessages", maxQueuedMessages);
        requirePositive("maxQueuedBytes", maxQueuedBytes);
        requirePositive("maxInFlight", maxInFlight);
        requirePositive("maxInbound", maxInbound);
    }

    /**
     * These limits, widened where frames need it.
     *
     * @param longest numbers in the longest frame that is sent or received
     * @param frames how many may wait at once to be sent or acknowledged
     * @param annexes how many of these have an annex
     * @param values numbers in these together
     * @throws LinkException with reason TOO_LARGE when no MQTT packet can hold the longest
     */
    public Limits widenedFor(long longest, long frames, long annexes, long values) {
        return withMaxPacketBytes(Math.max(maxPacketBytes, packetFor(longest)))
                .withQueue(
                        (int) Math.min(Integer.MAX_VALUE, Math.max(maxQueuedMessages, frames + OTHER_MESSAGES)),
                        Math.max(
                                maxQueuedBytes,
                                FrameDescriptor.mostBytes(frames, annexes, values) + (long) OTHER_MESSAGES * ENVELOPE));
    }

    /**
     * Octets of the longest packet with a frame of so many numbers.
     *
     * @throws LinkException with reason TOO_LARGE when MQTT knows none so long
     */
    public static int packetFor(long values) {
        long bytes = FrameDescriptor.mostBytes(1, 1, values) + ENVELOPE;
        if (bytes > LONGEST_PACKET) {
            throw new LinkException(
                    LinkException.Reason.TOO_LARGE,
                    "a frame and its envelope must fit into the " + LONGEST_PACKET + " bytes of an MQTT packet: one of "
                            + values + " numbers takes " + bytes);
        }
        return (int) bytes;
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
